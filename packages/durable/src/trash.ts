import { mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { namesIn } from './names-in.ts';
import { removeTree } from './remove-tree.ts';
import { explainSystemError } from './system-error.ts';
import { temporaryName } from './temporary.ts';

/**
 * Takes something out of sight as one step, to be deleted at leisure by `emptyTrash`. Makes the trash
 * (0700) where it is missing; it must be on the same file system. Returns the new path. Not synced:
 * after a power cut the thing may be back, but then it is back whole. Throws the system's ENOENT when
 * there is nothing by that name, READ_ONLY, PERMISSION_DENIED.
 */
export async function moveToTrash(path: string, trashDirectory: string): Promise<string> {
  const resting = temporaryName(join(trashDirectory, basename(path)));
  try {
    mkdirSync(trashDirectory, { recursive: true, mode: 0o700 });
    renameSync(path, resting);
  } catch (error) {
    throw explainSystemError(error, path);
  }
  return resting;
}

/**
 * Deletes everything in the trash, also what an interrupted deletion left there; what comes there after the call is left
 * to whoever brings it. `remove` deletes one entry and must not mind if it is gone; the default suits files of our own. An
 * entry that cannot be deleted keeps no other: the first such error is thrown at the end.
 */
export async function emptyTrash(
  trashDirectory: string,
  remove: (path: string) => Promise<void> = removeTree,
  names: readonly string[] = namesIn(trashDirectory),
): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await remove(join(trashDirectory, name));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
