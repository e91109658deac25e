import { closeSync, constants, openSync } from 'node:fs';
import { flush } from './flush.ts';
import { errnoOf } from './system-error.ts';

/**
 * Makes the names in a directory survive a power cut (a rename is only kept once its directory is
 * synced). Throws what the file system says; EIO is final and not retried, because after a failed
 * fsync the kernel may have dropped the pages.
 */
export async function syncDirectory(path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await flush(descriptor);
  } catch (error) {
    // Some FUSE and network file systems have no sync of directories and say so with EINVAL.
    if (errnoOf(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(descriptor);
  }
}
