import type { Compression } from '@ctrkit/oci';
import { peek } from './peek.ts';

const LONGEST_MAGIC = 4;

/**
 * Looks at the first bytes of a stream and says how it is compressed; `bytes` is the whole stream,
 * those first bytes included.
 */
export async function sniffCompression(
  source: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; bytes: AsyncIterable<Buffer> }> {
  const { head, bytes } = await peek(source, LONGEST_MAGIC);
  return { compression: compressionOf(head), bytes };
}

function compressionOf(head: Buffer): Compression {
  if (head.length >= 2 && head.readUInt16BE() === 0x1f8b) return 'gzip';
  if (head.length >= LONGEST_MAGIC && head.readUInt32LE() === 0xfd2fb528) return 'zstd';
  return 'none';
}
