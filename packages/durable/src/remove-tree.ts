import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, explainSystemError } from './system-error.ts';

/**
 * Removes a file or a whole tree; nothing there is no error. Symbolic links are removed, never
 * followed. Directories that deny their owner the right to empty them (0555, as images hold them)
 * are opened up first. Throws PERMISSION_DENIED for what belongs to somebody else.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') throw error;
    await removeStubborn(path);
  }
}

async function removeStubborn(path: string): Promise<void> {
  try {
    await openUp(path);
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function openUp(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(directory, entry.name));
  }
}
