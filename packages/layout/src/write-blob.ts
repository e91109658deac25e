import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explainSystemError, syncDirectory, temporaryName } from '@ctrkit/durable';
import { abortable } from './abortable.ts';
import { BatchWriter } from './batch-writer.ts';
import { blobPath } from './blobs.ts';
import type { BlobIdentity } from './blobs.ts';
import type { Layout } from './layout.ts';
import { asBuffer, BlobReckoner, BlobVerifier } from './verify-stream.ts';

/**
 * Stores a blob: hashed while it is written under a temporary name, synced, renamed, its directory
 * synced. It is in the layout whole, or not at all. With `expected` the bytes must be those; without,
 * they are named by their sha256. A blob that is there already is replaced, which repairs a damaged one.
 * Throws SIZE_MISMATCH, DIGEST_MISMATCH, the signal's reason, what the source throws, and durable's
 * NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function writeBlob(
  layout: Layout,
  expected: BlobIdentity | undefined,
  source: AsyncIterable<Uint8Array>,
  options: { signal?: AbortSignal } = {},
): Promise<BlobIdentity> {
  const { blob, kept } = await takeBlob(layout, expected, source, options);
  await kept;
  return blob;
}

/** A blob whose bytes were right, and which is on its way to the disk. */
export interface TakenBlob {
  readonly blob: BlobIdentity;
  /** Resolves when it has its name there. */
  readonly kept: Promise<void>;
}

/**
 * The same in two steps, for who has more to read while the disk is busy: it resolves when the source has been
 * read to its end and was right. Both steps throw like `writeBlob`; `kept` must be waited for.
 */
export async function takeBlob(
  layout: Layout,
  expected: BlobIdentity | undefined,
  source: AsyncIterable<Uint8Array>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<TakenBlob> {
  // Beside index.json rather than among the blobs, whose names other tools take for digests.
  const temporary = temporaryName(join(layout.directory, 'blob'));
  const handle = await openNew(temporary);
  try {
    const blob = await fill(layout, handle, expected, abortable(source, signal));
    const kept = keep(layout, handle, temporary, blob);
    // Whoever waits for it gets the error; until then it is nobody's unhandled rejection.
    kept.catch(() => undefined);
    return { blob, kept };
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

async function keep(
  layout: Layout,
  handle: FileHandle,
  temporary: string,
  blob: BlobIdentity,
): Promise<void> {
  try {
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveIntoPlace(layout, temporary, blob);
  } catch (error) {
    await rm(temporary, { force: true });
    throw explainSystemError(error, temporary);
  }
}

/**
 * Makes a complete file of this file system a blob by renaming it: for a download that was written,
 * and verified, elsewhere. The file is verified again unless `verified` is true; it must not be
 * written to any more. Throws like `writeBlob`; on failure the file stays where it is.
 */
export async function adoptBlob(
  layout: Layout,
  file: string,
  blob: BlobIdentity,
  { verified = false }: { verified?: boolean } = {},
): Promise<void> {
  const handle = await openExisting(file);
  try {
    if (!verified) await verifyFile(handle, blob);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await moveIntoPlace(layout, file, blob);
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function verifyFile(handle: FileHandle, blob: BlobIdentity): Promise<void> {
  const verifier = new BlobVerifier(blob);
  const stream = handle.createReadStream({ highWaterMark: 512 * 1024, start: 0, autoClose: false });
  for await (const chunk of stream) verifier.update(chunk as Buffer);
  verifier.finish();
}

async function fill(
  layout: Layout,
  handle: FileHandle,
  expected: BlobIdentity | undefined,
  source: AsyncIterable<Uint8Array>,
): Promise<BlobIdentity> {
  const meter = expected === undefined ? new BlobReckoner() : new BlobVerifier(expected);
  const writer = new BatchWriter(handle, layout.directory);
  try {
    for await (const chunk of source) {
      meter.update(chunk);
      await writer.write(asBuffer(chunk));
    }
    const { digest, size } = meter.finish();
    await writer.finish();
    return { digest, size };
  } finally {
    await writer.settle();
  }
}

async function moveIntoPlace(layout: Layout, file: string, blob: BlobIdentity): Promise<void> {
  const path = blobPath(layout, blob.digest);
  try {
    await mkdir(dirname(path), { recursive: true });
    await rename(file, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    throw explainSystemError(error, path);
  }
}
