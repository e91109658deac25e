import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import { blobPath } from './blobs.ts';
import type { BlobIdentity } from './blobs.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { readUpTo } from './read-capped.ts';
import { BlobVerifier, sizeMismatch } from './verify-stream.ts';

const CHUNK = 512 * 1024;

const readInto = promisify(read);

export interface ReadBlobOptions {
  /** Whether it is enough that the size is right: for who checks otherwise what the bytes are. @default false */
  readonly trusted?: boolean;
}

/**
 * The bytes of a blob, verified on the way: the stream fails at its end (see `verifyStream`) if they
 * are not what the descriptor says, and before its first byte if their number is not. Each chunk is
 * the receiver's to keep. Throws BLOB_NOT_FOUND, SIZE_MISMATCH, DIGEST_MISMATCH.
 */
export async function* readBlob(
  layout: Layout,
  blob: BlobIdentity,
  { trusted = false }: ReadBlobOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const verifier = trusted ? undefined : new BlobVerifier(blob);
  const descriptor = openBlob(layout, blob);
  let ahead = readAt(descriptor, 0, blob.size);
  let position = 0;
  try {
    for (;;) {
      const chunk = await ahead;
      if (chunk.length === 0) break;
      position += chunk.length;
      if (position > blob.size) throw sizeMismatch(blob, position, true);
      // The disk works on the next piece while this one is hashed and used.
      ahead = readAt(descriptor, position, blob.size);
      verifier?.update(chunk);
      yield chunk;
    }
    if (position < blob.size) throw sizeMismatch(blob, position);
    verifier?.finish();
  } finally {
    await ahead.catch(() => undefined);
    closeSync(descriptor);
  }
}

export interface SmallBlobOptions {
  /** @default 4 MiB, the limit of registries for a manifest */
  readonly maxBytes?: number;
  /**
   * Whether it is enough that the size is right: for who waits, of a blob that was verified when it came. What hashes
   * takes longer to load than such a blob to read. @default false
   */
  readonly trusted?: boolean;
}

/**
 * A whole blob in memory, verified. Throws what `readBlob` throws, and BLOB_TOO_LARGE when its
 * descriptor says more than `maxBytes`.
 */
export async function readSmallBlob(
  layout: Layout,
  blob: BlobIdentity,
  { maxBytes = 4 * 1024 * 1024, trusted = false }: SmallBlobOptions = {},
): Promise<Buffer> {
  if (blob.size > maxBytes) {
    throw new LayoutError(
      'BLOB_TOO_LARGE',
      `blob ${blob.digest}: is larger than ${maxBytes} bytes`,
      {
        digest: blob.digest,
        expected: maxBytes,
        actual: blob.size,
      },
    );
  }
  const bytes = readAtOnce(layout, blob);
  if (bytes.length !== blob.size) throw sizeMismatch(blob, bytes.length);
  if (!trusted) verify(blob, bytes);
  return bytes;
}

function verify(blob: BlobIdentity, bytes: Buffer): void {
  const verifier = new BlobVerifier(blob);
  verifier.update(bytes);
  verifier.finish();
}

// In one go: what is small is read in less time than a thread takes to be asked.
function readAtOnce(layout: Layout, blob: BlobIdentity): Buffer {
  const descriptor = openBlob(layout, blob);
  try {
    return readUpTo(descriptor, blob.size + 1);
  } finally {
    closeSync(descriptor);
  }
}

function openBlob(layout: Layout, blob: BlobIdentity): number {
  const path = blobPath(layout, blob.digest);
  const descriptor = openQuietly(path, blob);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) {
      throw new LayoutError('LAYOUT_INVALID', `${path}: is not a regular file`, { path });
    }
    if (found.size !== blob.size) throw sizeMismatch(blob, found.size);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function openQuietly(path: string, blob: BlobIdentity): number {
  try {
    // O_NONBLOCK: a named pipe in a foreign layout must not stop us for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT' && errnoOf(cause) !== 'ENOTDIR') {
      throw explainSystemError(cause, path);
    }
    throw new LayoutError('BLOB_NOT_FOUND', `blob ${blob.digest}: is not in the layout`, {
      path,
      digest: blob.digest,
      hint: 'pull the image again',
      cause,
    });
  }
}

// Up to one byte more than there should be, so that a file that grows is noticed.
function readAt(descriptor: number, position: number, size: number): Promise<Buffer> {
  const length = Math.min(CHUNK, size + 1 - position);
  const buffer = Buffer.allocUnsafeSlow(Math.max(length, 0));
  const reading = readInto(descriptor, buffer, 0, buffer.length, position).then(({ bytesRead }) =>
    buffer.subarray(0, bytesRead),
  );
  // Reported where it is awaited; until then it is nobody's unhandled rejection.
  reading.catch(() => undefined);
  return reading;
}
