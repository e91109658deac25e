import { join } from 'node:path';
import { CgroupError } from './cgroup-error.ts';
import type { Hierarchy } from './hierarchy.ts';

/** Names of interface files: a cgroup of that name could not be made, or would be mistaken for one. */
const interfaceFile =
  /^(?:cgroup|memory|cpu|cpuset|pids|io|hugetlb|rdma|misc|devices|freezer|blkio)\./;

/**
 * The absolute form of a cgroupsPath, the same for every caller: a relative one is beneath the hierarchy's base.
 * Throws CGROUP_INVALID_VALUE, CGROUP_NO_PERMISSION (a relative path, and nothing was handed to this user).
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#cgroups-path
 */
export function absoluteCgroupPath(path: string, hierarchy: Hierarchy): string {
  const names = path.split('/').filter((name) => name !== '');
  const wrong = names.find(
    // oxlint-disable-next-line no-control-regex -- exactly these are refused
    (name) => name === '.' || name === '..' || /[\0\n]/.test(name) || interfaceFile.test(name),
  );
  if (names.length === 0 || wrong !== undefined || path.length > 4000) {
    throw new CgroupError(
      'CGROUP_INVALID_VALUE',
      `${JSON.stringify(path)} is no path of a cgroup`,
      { hint: 'names like ctr/web, without ".." and without names of interface files', path },
    );
  }
  if (path.startsWith('/')) return `/${names.join('/')}`;
  if (hierarchy.base === undefined) throw nothingDelegated();
  return join(hierarchy.base, ...names);
}

function nothingDelegated(): CgroupError {
  return new CgroupError('CGROUP_NO_PERMISSION', 'no cgroup is handed over to this user', {
    hint:
      'start in a session that systemd handed over: ' +
      'systemd-run --user --scope --property=Delegate=yes -- COMMAND, or as root',
  });
}
