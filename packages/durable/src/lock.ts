import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { errnoOf, explainSystemError } from './system-error.ts';
import { flock } from './flock.ts';

/** How a lock is taken. */
export interface LockOptions {
  /** Together with others that share it, instead of alone. @default false */
  shared?: boolean;
  /** Wait for whoever holds it, instead of answering undefined. @default true */
  wait?: boolean;
  /** Ends the waiting; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A lock that is held. The kernel frees it when this process ends, however it ends. */
export interface Lock extends AsyncDisposable {
  readonly path: string;
  /** Frees it; a second call does nothing. */
  release(): void;
}

/**
 * Takes the lock file `path` (made when missing, 0600, and never removed by us). The lock is a
 * flock(2) on an open file description of this process: two calls in one process exclude each other
 * like two processes do, and death frees it. Answers undefined only with `wait: false`. Throws
 * LOCK_UNAVAILABLE, NO_SPACE, READ_ONLY, PERMISSION_DENIED, or the signal's reason.
 * https://man7.org/linux/man-pages/man2/flock.2.html
 */
export async function acquireLock(
  path: string,
  options: LockOptions = {},
): Promise<Lock | undefined> {
  for (;;) {
    options.signal?.throwIfAborted();
    const descriptor = openLockFile(path);
    try {
      if (!(await flock(descriptor, path, options))) {
        closeSync(descriptor);
        return undefined;
      }
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    // Whoever held it may have removed the file, or the directory around it, while we waited.
    if (isStill(path, descriptor)) return heldLock(path, descriptor);
    closeSync(descriptor);
  }
}

/**
 * Does something while it holds a lock, waiting for it first; frees it however that ends. Throws what
 * `acquireLock` throws, and what `body` throws.
 */
export async function withLock<T>(
  path: string,
  body: () => Promise<T>,
  options: Omit<LockOptions, 'wait'> = {},
): Promise<T> {
  const lock = await acquireLock(path, { ...options, wait: true });
  try {
    return await body();
  } finally {
    lock?.release();
  }
}

/** A new descriptor of a lock file, which is made when missing. */
export function openLockFile(path: string): number {
  try {
    const { O_RDONLY, O_CREAT, O_NOFOLLOW } = constants;
    return openSync(path, O_RDONLY | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

/** Whether that is still what the path names. */
export function isStill(path: string, descriptor: number): boolean {
  try {
    const [named, held] = [statSync(path), fstatSync(descriptor)];
    return named.dev === held.dev && named.ino === held.ino;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The lock on a descriptor that is locked. A bare descriptor, not a FileHandle: one that is garbage-collected would
 * close, and free the lock.
 */
export function heldLock(path: string, descriptor: number): Lock {
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    closeSync(descriptor);
  };
  return {
    path,
    release,
    [Symbol.asyncDispose]: () => {
      release();
      return Promise.resolve();
    },
  };
}
