import { join } from 'node:path';
import type { Member } from './apply.ts';
import { CgroupError } from './cgroup-error.ts';
import { until } from './deadline.ts';
import type { WaitOptions } from './deadline.ts';
import { readValue, writeValue } from './files.ts';
import { parseFlat } from './numbers.ts';

/** The member through which processes are stopped. */
export function freezerOf(members: readonly Member[]): Member | undefined {
  return (
    members.find(({ tree }) => tree.version === 1 && tree.controllers.includes('freezer')) ??
    members.find(({ tree }) => tree.version === 2)
  );
}

/** Asks the kernel to stop (or continue) the processes; they stop when they next leave the kernel. */
export function writeFreezer({ tree, directory }: Member, frozen: boolean): void {
  if (tree.version === 2) writeValue(join(directory, 'cgroup.freeze'), frozen ? '1' : '0');
  else writeValue(join(directory, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED');
}

export function isFrozen({ tree, directory }: Member): boolean {
  if (tree.version === 1) return readValue(join(directory, 'freezer.state')) === 'FROZEN';
  return parseFlat(readValue(join(directory, 'cgroup.events'))).get('frozen') === 1;
}

/**
 * Stops every process, or lets them continue, and waits until it is so.
 * Throws CGROUP_BUSY when a process does not stop in time (then none is stopped), CGROUP_UNAVAILABLE.
 */
export async function setFrozen(
  members: readonly Member[],
  frozen: boolean,
  options: WaitOptions,
): Promise<void> {
  const member = freezerOf(members);
  if (member === undefined) {
    throw new CgroupError('CGROUP_UNAVAILABLE', 'there is no freezer in this cgroup', {
      hint: 'mount the v1 controller "freezer"',
    });
  }
  // v1 forgets about a process that forks while it is being frozen: asking again finds it.
  const isThere = (): boolean => {
    writeFreezer(member, frozen);
    return isFrozen(member) === frozen;
  };
  try {
    if (await until(isThere, options)) return;
  } catch (error) {
    if (frozen) writeFreezer(member, false);
    throw error;
  }
  if (frozen) writeFreezer(member, false);
  throw new CgroupError('CGROUP_BUSY', `${member.directory}: a process does not stop`, {
    hint: 'it waits inside the kernel, for a disk or a network file system',
    path: member.directory,
  });
}
