import { dirname, join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { CgroupError } from './cgroup-error.ts';
import { readValue, writeValue } from './files.ts';

/** Controllers that count what is worth knowing of every cgroup, and that cost nothing much. */
const welcome = ['cpu', 'memory', 'pids'];

function levels(mountPoint: string, base: string, path: string): string[] {
  const top = path.startsWith(base === '/' ? base : `${base}/`) ? base : '/';
  const directories = [];
  for (let at = dirname(path); at.length > top.length; at = dirname(at)) directories.unshift(at);
  return [top, ...directories].map((at) => join(mountPoint, at));
}

function explain(error: unknown, directory: string, wanted: readonly string[]): unknown {
  const cause = error instanceof CgroupError ? error.cause : undefined;
  const errno = errnoOf(cause);
  const names = wanted.join(', ');
  if (errno === 'EBUSY') {
    return new CgroupError('CGROUP_BUSY', `${directory} holds processes, so no limits below it`, {
      hint:
        'a v2 cgroup either holds processes or gives controllers to its children: ' +
        'move its processes to a child first (mkdir it, write their pids to its cgroup.procs)',
      path: directory,
      cause,
    });
  }
  if (errno === 'ENOENT' || errno === 'EINVAL') {
    return new CgroupError('CGROUP_UNAVAILABLE', `${directory} does not have all of: ${names}`, {
      hint: 'cgroup.controllers there says what it has; its parent gives them by cgroup.subtree_control',
      path: directory,
      cause,
    });
  }
  return error;
}

function isEnabled(directory: string, wanted: readonly string[]): boolean {
  const file = join(directory, 'cgroup.subtree_control');
  const present = (readValue(file) ?? '').split(' ');
  return wanted.every((name) => present.includes(name));
}

function enable(directory: string, wanted: readonly string[]): void {
  if (wanted.length === 0) return;
  const value = wanted.map((name) => `+${name}`).join(' ');
  try {
    // What is on already is no error and no work, so it is not asked before.
    writeValue(join(directory, 'cgroup.subtree_control'), value);
  } catch (error) {
    if (isEnabled(directory, wanted)) return;
    throw explain(error, directory, wanted);
  }
}

/**
 * Gives the children of one directory the needed controllers, and those that only count where that is possible.
 */
function enableAt(directory: string, needed: readonly string[], offered: readonly string[]): void {
  const all = [...new Set([...needed, ...welcome.filter((name) => offered.includes(name))])];
  try {
    enable(directory, all);
  } catch (error) {
    if (all.length === needed.length) throw error;
    enable(directory, needed);
  }
}

/**
 * Enables v2 controllers in every cgroup above `path`, from `base` down; these must exist.
 * Throws CGROUP_BUSY (processes live in one of them), CGROUP_UNAVAILABLE, CGROUP_NO_PERMISSION.
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
 */
export function enableControllers(
  tree: { readonly mountPoint: string; readonly controllers: readonly string[] },
  base: string,
  path: string,
  needed: readonly string[],
): void {
  for (const directory of levels(tree.mountPoint, base, path)) {
    enableAt(directory, needed, tree.controllers);
  }
}
