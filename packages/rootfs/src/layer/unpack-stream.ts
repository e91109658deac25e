import { createHash } from 'node:crypto';
import { decompress } from '@ctrkit/layout';
import { digestAlgorithm, digestHex } from '@ctrkit/oci';
import type { Compression, Digest } from '@ctrkit/oci';
import { freeMemory } from '@ctrkit/syscalls';
import { RootfsError } from '../rootfs-error.ts';
import { TarReader } from '../tar/tar-reader.ts';
import type { TarLimits } from '../tar/tar-reader.ts';
import type { LayerWriter } from './layer-writer.ts';

/** A layer as it streams by. */
export interface LayerStream {
  readonly bytes: AsyncIterable<Buffer>;
  /** Whether nobody else has a use for its chunks: then their memory is freed as soon as they are used. */
  readonly disposable: boolean;
}

export interface VerifyOptions {
  readonly diffId: Digest;
  readonly compression: Compression;
  /** Whether nobody else has a use for the chunks of the source: then their memory is freed as soon as they are used. @default false */
  readonly disposable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The uncompressed layer of compressed bytes; it fails at its end where it is not what the diff id says. */
export function verifiedLayer(
  source: AsyncIterable<Uint8Array>,
  { diffId, compression, disposable = false, signal }: VerifyOptions,
): LayerStream {
  const tar = decompress(source, compression, disposable ? { passed: freeMemory } : {});
  const bytes = verifyDiffId(tar, diffId, signal);
  // What decodes zstd may keep what it has handed out.
  return { bytes, disposable: compression === 'gzip' || (compression === 'none' && disposable) };
}

async function* verifyDiffId(
  source: AsyncIterable<Buffer>,
  diffId: Digest,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const hash = createHash(digestAlgorithm(diffId));
  for await (const chunk of source) {
    signal?.throwIfAborted();
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === digestHex(diffId)) return;
  throw new RootfsError('DIFF_ID_MISMATCH', `layer ${diffId}: unpacks to other contents`, {
    layer: diffId,
    hint: 'the image is damaged or was made wrongly: its config names another diff id',
  });
}

/**
 * Writes all entries of an uncompressed layer, of which every byte is read, and says how many there were. Throws LAYER_INVALID, and
 * what the source and the plan throw.
 */
export async function unpackStream(
  { bytes, disposable }: LayerStream,
  writer: LayerWriter,
  limits: TarLimits | undefined,
): Promise<number> {
  const reader = new TarReader(bytes, limits, (chunk) => {
    if (disposable) writer.free(chunk);
  });
  let count = 0;
  try {
    for (;;) {
      const entry = reader.nextReady() ?? (await reader.next());
      if (entry === undefined) break;
      count += 1;
      const waiting = writer.write(entry, reader);
      if (waiting !== undefined) await waiting;
    }
    // The layer counts by all of its bytes, also those after the end of the archive.
    await reader.bytes.drain();
    return count;
  } catch (error) {
    if (error instanceof RootfsError && error.code === 'LAYER_INVALID') await reader.bytes.drain();
    throw error;
  } finally {
    await reader.bytes.close();
  }
}
