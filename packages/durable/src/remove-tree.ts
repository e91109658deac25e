import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, explainSystemError } from './system-error.ts';

// Each round somebody else got further too, so that two who remove the same tree both end soon.
const ROUNDS = 10;

/**
 * Removes a file or a whole tree; nothing there is no error, nor is somebody else's removing it at the
 * same time. Symbolic links are removed, never followed. Directories that deny their owner the right to
 * empty them (0555, as images hold them) are opened up first. Throws PERMISSION_DENIED for what belongs
 * to somebody else.
 */
export async function removeTree(path: string): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await rm(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (round === ROUNDS) throw explainSystemError(error, path);
      if (isDenied(error)) await openUp(path);
      else if (!isRaced(error)) throw explainSystemError(error, path);
    }
  }
}

const isDenied = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(errnoOf(error) ?? '');

const isRaced = (error: unknown): boolean => ['ENOENT', 'ENOTEMPTY'].includes(errnoOf(error) ?? '');

async function openUp(directory: string): Promise<void> {
  try {
    await chmod(directory, 0o700);
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await openUp(join(directory, entry.name));
    }
  } catch (error) {
    if (!isRaced(error)) throw explainSystemError(error, directory);
  }
}
