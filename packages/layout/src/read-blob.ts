import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import { blobPath } from './blobs.ts';
import type { BlobIdentity } from './blobs.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { BlobVerifier, sizeMismatch } from './verify-stream.ts';

const CHUNK = 512 * 1024;

/**
 * The bytes of a blob, verified on the way: the stream fails at its end (see `verifyStream`) if they
 * are not what the descriptor says, and before its first byte if their number is not. Each chunk is
 * the receiver's to keep. Throws BLOB_NOT_FOUND, SIZE_MISMATCH, DIGEST_MISMATCH.
 */
export async function* readBlob(
  layout: Layout,
  blob: BlobIdentity,
): AsyncGenerator<Buffer, void, undefined> {
  const verifier = new BlobVerifier(blob);
  const handle = await openBlob(layout, blob);
  let ahead = readAt(handle, 0, blob.size);
  try {
    for (let position = 0; ;) {
      const chunk = await ahead;
      if (chunk.length === 0) break;
      position += chunk.length;
      // The disk works on the next piece while this one is hashed and used.
      ahead = readAt(handle, position, blob.size);
      verifier.update(chunk);
      yield chunk;
    }
    verifier.finish();
  } finally {
    await ahead.catch(() => undefined);
    await handle.close();
  }
}

/**
 * A whole blob in memory, verified. Throws what `readBlob` throws, and BLOB_TOO_LARGE when its
 * descriptor says more than `maxBytes` (default 4 MiB, the limit of registries for a manifest).
 */
export async function readSmallBlob(
  layout: Layout,
  blob: BlobIdentity,
  { maxBytes = 4 * 1024 * 1024 }: { maxBytes?: number } = {},
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
  const chunks: Buffer[] = [];
  for await (const chunk of readBlob(layout, blob)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

async function openBlob(layout: Layout, blob: BlobIdentity): Promise<FileHandle> {
  const path = blobPath(layout, blob.digest);
  const handle = await openQuietly(path, blob);
  try {
    const found = await handle.stat();
    if (!found.isFile()) {
      throw new LayoutError('LAYOUT_INVALID', `${path}: is not a regular file`, { path });
    }
    if (found.size !== blob.size) throw sizeMismatch(blob, found.size);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openQuietly(path: string, blob: BlobIdentity): Promise<FileHandle> {
  try {
    // O_NONBLOCK: a named pipe in a foreign layout must not stop us for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
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
function readAt(handle: FileHandle, position: number, size: number): Promise<Buffer> {
  const length = Math.min(CHUNK, size + 1 - position);
  const buffer = Buffer.allocUnsafeSlow(Math.max(length, 0));
  const reading = handle
    .read(buffer, 0, buffer.length, position)
    .then(({ bytesRead }) => buffer.subarray(0, bytesRead));
  // Reported where it is awaited; until then it is nobody's unhandled rejection.
  reading.catch(() => undefined);
  return reading;
}
