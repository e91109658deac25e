import type { Compression } from '@ctrkit/oci';
import { asBuffer } from './verify-stream.ts';

const LONGEST_MAGIC = 4;

/**
 * Looks at the first bytes of a stream and says how it is compressed; `bytes` is the whole stream,
 * those first bytes included.
 */
export async function sniffCompression(
  source: AsyncIterable<Uint8Array>,
): Promise<{ compression: Compression; bytes: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < LONGEST_MAGIC) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
  }
  return { compression: compressionOf(head), bytes: joined(head, iterator) };
}

function compressionOf(head: Buffer): Compression {
  if (head.length >= 2 && head.readUInt16BE() === 0x1f8b) return 'gzip';
  if (head.length >= LONGEST_MAGIC && head.readUInt32LE() === 0xfd2fb528) return 'zstd';
  return 'none';
}

async function* joined(
  head: Buffer,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let ended = false;
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) break;
      yield asBuffer(next.value);
    }
    ended = true;
  } finally {
    if (!ended) await iterator.return?.();
  }
}
