import { mkdir, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { CgroupError } from './cgroup-error.ts';
import { explainDirectory, readValue, writeValue } from './files.ts';

// It takes the kernel a millisecond or several, in which this thread has other things to do.
const make = (directory: string, options = {}): Promise<void> =>
  new Promise((resolve, reject) =>
    mkdir(directory, options, (error) => (error === null ? resolve() : reject(error))),
  );

/** Others remove empty cgroups at any moment, also those that we have just found or made. */
const ATTEMPTS = 10;

/** Makes a cgroup's parents where they are absent. */
export async function makeParents(directory: string): Promise<void> {
  const above = dirname(directory);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await make(above, { recursive: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS || errnoOf(error) !== 'ENOENT') throw explainDirectory(error, above);
    }
  }
}

/**
 * Makes the cgroup itself, new: one that a killed run left behind has old values, so it is made again.
 * Throws CGROUP_BUSY when it holds processes or other cgroups, CGROUP_NO_PERMISSION, CGROUP_UNAVAILABLE.
 */
export async function makeDirectory(directory: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await make(directory);
      return;
    } catch (error) {
      const errno = errnoOf(error);
      if (attempt === ATTEMPTS || (errno !== 'EEXIST' && errno !== 'ENOENT')) {
        throw explainDirectory(error, directory);
      }
      if (errno === 'EEXIST') removeLeftover(directory);
      else await makeParents(directory);
    }
  }
}

function removeLeftover(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === 'ENOENT') return;
    if (errno !== 'EBUSY' && errno !== 'ENOTEMPTY') throw explainDirectory(cause, directory);
    throw new CgroupError('CGROUP_BUSY', `${directory} exists and is in use`, {
      hint: 'choose another name, or end it: cgroup delete PATH',
      path: directory,
      cause,
    });
  }
}

/**
 * A new v1 cpuset is empty, and nothing may run in it: it gets its parents' processors and memory nodes.
 * https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html
 */
export function inheritCpuset(mountPoint: string, directory: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(mountPoint, directory, file);
}

function inherit(mountPoint: string, directory: string, file: string): string {
  const own = readValue(join(directory, file)) ?? '';
  if (own !== '' || directory === mountPoint) return own;
  const value = inherit(mountPoint, dirname(directory), file);
  if (value !== '') writeValue(join(directory, file), value);
  return value;
}
