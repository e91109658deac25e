import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether something is there: `command:NAME`, a program on the PATH or where system programs are,
 * or `file:PATH`.
 * @param {string} what
 */
export function has(what) {
  const [kind, name = ''] = what.split(/:(.*)/);
  if (kind === 'file') return existsSync(name);
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && isProgram(join(folder, name)));
}
