import { mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import type { Lock, Locker } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';

/** The file into which a blob is downloaded, ours alone: it is its own lock. */
export interface Partial {
  readonly path: string;
  readonly handle: FileHandle;
  /** Removes it: what it holds is of no use to anybody. */
  remove(): Promise<void>;
  /** Gives the claim up, and leaves the file. */
  release(): Promise<void>;
}

// A directory can only vanish between its making and the opening when somebody tidies up just then.
const TRIES = 10;
const CHUNK = 1024 * 1024;

/** Where downloads under way are. */
export function ingestDirectory(layout: Layout): string {
  return join(layout.directory, 'ingest');
}

/**
 * Claims `ingest/<digest>`; waits while another process, or another pull of this one, has it. It may
 * hold the beginning of the blob from an earlier try: not to be trusted before verified. Throws durable's LOCK_UNAVAILABLE, NO_SPACE, READ_ONLY,
 * PERMISSION_DENIED, or the signal's reason.
 */
export async function claimPartial(
  layout: Layout,
  digest: Digest,
  locker: Locker,
  signal?: AbortSignal,
): Promise<Partial> {
  const path = join(ingestDirectory(layout), digest);
  const lock = await lockFile(layout, path, locker, signal);
  try {
    return claimed(path, await open(path, 'r+'), lock);
  } catch (error) {
    lock.release();
    throw explainSystemError(error, path);
  }
}

async function lockFile(
  layout: Layout,
  path: string,
  locker: Locker,
  signal?: AbortSignal,
): Promise<Lock> {
  for (let tries = 1; ; tries += 1) {
    try {
      await mkdir(ingestDirectory(layout), { recursive: true, mode: 0o700 });
      const lock = await locker.acquire(path, signal === undefined ? {} : { signal });
      if (lock !== undefined) return lock;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || tries === TRIES) throw explainSystemError(error, path);
    }
  }
}

function claimed(path: string, handle: FileHandle, lock: Lock): Partial {
  return {
    path,
    handle,
    remove: async () => await rm(path, { force: true }),
    release: async () => {
      await handle.close();
      lock.release();
    },
  };
}

/** The first `length` bytes of a file. Fewer come when it is shorter. */
export async function* readStart(
  handle: FileHandle,
  length: number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; position < length;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, length - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
