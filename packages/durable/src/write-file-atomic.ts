import {
  closeSync,
  fchmodSync,
  fchownSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { flush } from './flush.ts';
import { syncDirectory } from './sync-directory.ts';
import { explainSystemError } from './system-error.ts';
import { temporaryName } from './temporary.ts';

/** How a file is written. */
export interface WriteFileOptions {
  /** Permission bits, set exactly whatever the umask. @default 0o600 */
  mode?: number;
  /** Whose it becomes; for who may give files away. @default whoever writes it */
  owner?: { uid: number; gid: number };
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
  { mode = 0o600, sync = true, owner }: WriteFileOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeNew(temporary, data, { mode, sync, owner });
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
  { mode, sync, owner }: { mode: number; sync: boolean; owner: WriteFileOptions['owner'] },
): Promise<void> {
  const descriptor = openSync(path, 'wx', mode);
  try {
    writeFileSync(descriptor, data);
    // Before the mode: a change of owner takes set-id bits away.
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    fchmodSync(descriptor, mode);
    if (sync) await flush(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
