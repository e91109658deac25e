import { closeSync, fchmodSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { flush } from './flush.ts';
import { syncDirectory } from './sync-directory.ts';
import { explainSystemError } from './system-error.ts';
import { temporaryName } from './temporary.ts';

/** How a file is written. */
export interface WriteFileOptions {
  /** Permission bits, set exactly whatever the umask. @default 0o600 */
  mode?: number;
  /** Whether the bytes are on disk when it returns; `false` for what means nothing after a crash. @default true */
  sync?: boolean;
}

/**
 * Replaces a file as one step: whoever reads `path`, now or after a crash or a power cut, finds the
 * old bytes or the new ones, whole. When this returns, the new ones are on disk. On failure the old
 * file is untouched and nothing is left beside it. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600, sync = true }: WriteFileOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeNew(temporary, data, mode, sync);
    renameSync(temporary, path);
    if (sync) await syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainSystemError(error, path);
  }
}

async function writeNew(
  path: string,
  data: string | Uint8Array,
  mode: number,
  sync: boolean,
): Promise<void> {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, data);
    fchmodSync(descriptor, mode);
    if (sync) await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
