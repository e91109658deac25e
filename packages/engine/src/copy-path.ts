import { posix } from 'node:path';

/** A path as docker reads it: cleaned by its letters, but with the end that it was written with. */
export interface CopyPath {
  /** Absolute, without a slash at its end but for the root. */
  readonly path: string;
  /** Whether it has to be a directory: `dir/`, `dir/.`. */
  readonly isDirectory: boolean;
  /** What it is called where it is copied into a directory; `.`: only what is in it is copied. */
  readonly name: string;
}

/** Reads a path that begins in a directory, which is absolute. */
export function copyPath(written: string, directory = '/'): CopyPath {
  const isContents = /(?:^|\/)\.$/.test(written);
  const isAbsolute = written.startsWith('/');
  const whole = posix.normalize(isAbsolute ? `/${written}` : `${directory}/${written}`);
  const path = whole.replace(/(?<=.)\/+$/, '');
  const name = isContents || path === '/' ? '.' : posix.basename(path);
  return { path, isDirectory: isContents || written.endsWith('/'), name };
}
