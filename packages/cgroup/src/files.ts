import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { CgroupError } from './cgroup-error.ts';

const delegationHint =
  'run as root, or in a cgroup that was handed to you: ' +
  'systemd-run --user --scope --property=Delegate=yes -- COMMAND (cgroup v2 only)';

const inUseHint = 'it is in use: a limit cannot be set below what is used already';

/**
 * Writes one interface file in one write(2), as the kernel wants it. Files appear and vanish with the
 * kernel's features, never by us; in a plain directory, which stands in for a cgroup in tests, they are made.
 * Throws CGROUP_UNAVAILABLE (no such file), CGROUP_NO_PERMISSION, CGROUP_BUSY, CGROUP_INVALID_VALUE.
 */
export function writeValue(path: string, value: string): void {
  try {
    writeFileSync(path, value);
  } catch (error) {
    throw explainWrite(error, path, value);
  }
}

/** An interface file without its last newline; undefined where there is none, or none for us. */
export function readValue(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1').trimEnd();
  } catch (error) {
    const errno = errnoOf(error);
    // ENODEV: the cgroup was removed while the file was open. EOPNOTSUPP: a file that this cgroup does not serve.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ENODEV', 'EOPNOTSUPP'].includes(errno ?? '')) {
      return undefined;
    }
    throw error;
  }
}

/** What an errno of mkdir or rmdir in a cgroup tree means. */
export function explainDirectory(error: unknown, path: string): CgroupError {
  const errno = errnoOf(error);
  if (isRefusal(errno)) return refused(error, path);
  if (errno === 'ENOSPC' || errno === 'EAGAIN') {
    return new CgroupError('CGROUP_UNAVAILABLE', `${path}: there is no room for another cgroup`, {
      hint: 'cgroup.max.descendants or cgroup.max.depth of a parent is reached, or old cgroups were left behind',
      path,
      cause: error,
    });
  }
  return new CgroupError('CGROUP_UNAVAILABLE', `${path}: ${errno ?? String(error)}`, {
    path,
    cause: error,
  });
}

function explainWrite(error: unknown, path: string, value: string): CgroupError {
  const errno = errnoOf(error);
  // A cgroup directory refuses to make a file with EACCES (kernfs has no create), not with ENOENT.
  if (errno === 'ENOENT' || (errno === 'EACCES' && !existsSync(path))) return missing(error, path);
  if (isRefusal(errno)) return refused(error, path);
  const what = `${path}: ${JSON.stringify(value)}`;
  if (errno === 'EBUSY') {
    const options = { hint: inUseHint, path, cause: error };
    return new CgroupError('CGROUP_BUSY', `${what} is refused for now`, options);
  }
  const options = { path, cause: error };
  if (['EINVAL', 'ERANGE', 'EDOM', 'ENODEV', 'ENXIO', 'E2BIG'].includes(errno ?? '')) {
    return new CgroupError('CGROUP_INVALID_VALUE', `${what} is no valid value`, options);
  }
  return new CgroupError('CGROUP_UNAVAILABLE', `${what}: ${errno ?? String(error)}`, options);
}

const isRefusal = (errno: string | undefined): boolean =>
  errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS';

function refused(cause: unknown, path: string): CgroupError {
  const hint =
    errnoOf(cause) === 'EROFS' ? 'the cgroup file system is mounted read-only' : delegationHint;
  return new CgroupError('CGROUP_NO_PERMISSION', `${path}: permission denied`, {
    hint,
    path,
    cause,
  });
}

function missing(cause: unknown, path: string): CgroupError {
  const gone = !existsSync(dirname(path));
  return new CgroupError(
    gone ? 'CGROUP_NOT_FOUND' : 'CGROUP_UNAVAILABLE',
    gone ? `${dirname(path)}: no such cgroup` : `${path}: this kernel has no such setting`,
    { path, cause },
  );
}
