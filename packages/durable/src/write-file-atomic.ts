import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.ts';
import { explainSystemError } from './system-error.ts';
import { temporaryName } from './temporary.ts';

/** How a file is written. */
export interface WriteFileOptions {
  /** Permission bits, set exactly whatever the umask. @default 0o600 */
  mode?: number;
}

/**
 * Replaces a file as one step: whoever reads `path`, now or after a crash or a power cut, finds the
 * old bytes or the new ones, whole. When this returns, the new ones are on disk. On failure the old
 * file is untouched and nothing is left beside it. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600 }: WriteFileOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeSynced(temporary, data, mode);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw explainSystemError(error, path);
  }
}

async function writeSynced(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(data);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
