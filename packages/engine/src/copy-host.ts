import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { refused } from './copy-error.ts';
import { copyPath } from './copy-path.ts';
import { EngineError } from './engine-error.ts';

/** What is copied from the host. */
export interface HostSource {
  /** Absolute, without a link but for the last name. */
  readonly path: string;
  readonly name: string;
  readonly isDirectory: boolean;
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EACCES: 'permission denied',
};

/** Asks the host about a path; what it answers is told as docker tells it. */
function asked<T>(call: string, path: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    const errno = errnoOf(cause) ?? '';
    // What is missing is what a link leads to.
    const about = (cause as { path?: unknown }).path;
    const missing = errno === 'ENOENT' && typeof about === 'string' ? about : path;
    const isPlain = call === 'lstat' && errno === 'ENOTDIR';
    const text = isPlain ? 'not a directory' : `${call} ${missing}: ${words[errno] ?? errno}`;
    throw new EngineError('PATH_NOT_FOUND', text, { cause });
  }
}

const statsOf = (path: string): Stats | undefined =>
  asked('lstat', path, () => lstatSync(path, { throwIfNoEntry: false }));

const MOST_LINKS = 40;

/** Where a path leads in the end, be it to nothing; undefined for links that never end. */
function followed(path: string, most = MOST_LINKS): string | undefined {
  let at = path;
  for (let links = 0; links <= most; links++) {
    if (statsOf(at)?.isSymbolicLink() !== true) return at;
    at = posix.resolve(posix.dirname(at), readlinkSync(at));
  }
  return undefined;
}

/** Finds what is to be copied: a link itself, unless it is followed or written as a directory. Throws PATH_NOT_FOUND. */
export function hostSource(written: string, followLinks: boolean): HostSource {
  const { path, name, isDirectory } = copyPath(written, process.cwd());
  const isFollowed = followLinks || isDirectory || path === '/';
  const end = isFollowed ? followed(path) : path;
  if (end === undefined) throw new EngineError('PATH_NOT_FOUND', 'EvalSymlinks: too many links');
  const found = asked('lstat', end, () => {
    lstatSync(end);
    return isFollowed
      ? realpathSync(end)
      : posix.join(realpathSync(posix.dirname(end)), posix.basename(end));
  });
  const isReally = lstatSync(found).isDirectory();
  if (isDirectory && !isReally) throw new EngineError('PATH_NOT_FOUND', 'not a directory'); // prettier-ignore
  return { path: found, name, isDirectory: isReally };
}

/** Where something is copied to on the host. */
export interface HostDestination {
  /** Absolute, links of its last name followed; it may end with a slash. */
  readonly path: string;
  readonly type?: 'directory' | 'other';
}

/** Refuses, in docker's words, what nothing can be copied to. Throws COPY_REFUSED, PATH_NOT_FOUND. */
export function checkHostDestination(written: string): void {
  const { path, isDirectory } = copyPath(written, process.cwd());
  const parent = posix.dirname(path);
  if (asked('stat', path, () => statSync(parent, { throwIfNoEntry: false })) === undefined) {
    throw refused(`invalid output path: directory "${parent}" does not exist`);
  }
  const whole = isDirectory ? `${path}/` : path;
  const stats = asked('stat', whole, () => statSync(whole, { throwIfNoEntry: false }));
  if (stats === undefined || !(stats.isBlockDevice() || stats.isCharacterDevice())) return;
  throw refused(
    `invalid output path: "${path}" must be a directory or a regular file: got a device`,
  );
}

const MOST_LINKS_OF_DESTINATION = 10;

/** Finds where something is to be copied to. Throws COPY_REFUSED, PATH_NOT_FOUND. */
export function hostDestination(written: string): HostDestination {
  const { path: wanted, isDirectory } = copyPath(written, process.cwd());
  const path = followed(wanted, MOST_LINKS_OF_DESTINATION);
  if (path === undefined) throw refused(`too many symlinks in ${wanted}`);
  const stats = statsOf(path);
  if (stats !== undefined) return { path, type: stats.isDirectory() ? 'directory' : 'other' };
  const parent = posix.dirname(path);
  if (!asked('stat', parent, () => statSync(parent)).isDirectory())
    throw refused('not a directory');
  return { path: isDirectory ? `${path}/` : path };
}
