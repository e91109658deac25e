import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';
import { errnoOf, explainSystemError } from './system-error.ts';

/**
 * Moves a finished directory to its final name, as one step that survives a power cut. Answers
 * 'exists', and leaves the temporary to its owner, when somebody else was first. The contents are the
 * caller's to sync beforehand. Both must be on one file system. Throws NO_SPACE, READ_ONLY,
 * PERMISSION_DENIED.
 */
export async function commitDirectory(
  temporary: string,
  final: string,
): Promise<'committed' | 'exists'> {
  try {
    renameSync(temporary, final);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOTEMPTY') return 'exists';
    throw explainSystemError(error, final);
  }
  await syncDirectory(dirname(final));
  return 'committed';
}
