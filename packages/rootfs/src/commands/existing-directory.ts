import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { RootfsError } from '../rootfs-error.ts';

/** The absolute path of a directory that a command line names. Throws TARGET_INVALID. */
export function existingDirectory(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return resolve(path);
  throw new RootfsError('TARGET_INVALID', `${path}: is no directory`, {
    path,
    hint: 'name a directory that is there',
  });
}
