import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from './system-error.ts';

/**
 * Makes the names in a directory survive a power cut (a rename is only kept once its directory is
 * synced). Throws what the file system says; EIO is final and not retried, because after a failed
 * fsync the kernel may have dropped the pages.
 */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    // Some FUSE and network file systems have no sync of directories and say so with EINVAL.
    if (errnoOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
