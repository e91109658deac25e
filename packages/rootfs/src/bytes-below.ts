import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SyscallsError, walkTree } from '@ctrkit/syscalls';
import { choosePrivilege } from './privilege.ts';
import { directoryTree } from './tree.ts';

/**
 * Bytes of the files below a path; what vanishes meanwhile, and what a normal user's own container has closed to its owner, is not
 * counted.
 */
export async function bytesBelow(path: string): Promise<number> {
  return typeof choosePrivilege().owners === 'string' ? await own(path) : await mapped(path);
}

async function own(path: string): Promise<number> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.size;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => own(join(path, name))));
  return sizes.reduce((total, size) => total + size, 0);
}

// Of files that belong to subordinate ids only their own root sees all.
async function mapped(path: string): Promise<number> {
  let sum = 0;
  try {
    for await (const record of walkTree(directoryTree(path), { xattrs: false })) {
      if (record.kind === 'entry' && record.type !== 'directory') sum += record.size;
    }
  } catch (error) {
    if (!(error instanceof SyscallsError) || error.failure?.errno !== 'ENOENT') throw error;
  }
  return sum;
}
