import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import type { Member } from './apply.ts';
import { CgroupError } from './cgroup-error.ts';
import { until } from './deadline.ts';
import type { WaitOptions } from './deadline.ts';
import { writeValue } from './files.ts';
import { freezerOf, writeFreezer } from './freeze.ts';
import { processesIn } from './processes.ts';

/** Does what can be done without a cgroup: `change` may meet one that has no such file or is gone. */
function attempt(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    const codes = ['CGROUP_UNAVAILABLE', 'CGROUP_NOT_FOUND'];
    if (error instanceof CgroupError && codes.includes(error.code)) return false;
    throw error;
  }
}

function killProcess(pid: number): void {
  if (pid === process.pid) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return;
    if (errnoOf(error) !== 'EPERM') throw error;
    throw new CgroupError('CGROUP_NO_PERMISSION', `process ${pid} belongs to somebody else`, {
      hint: 'kill it as root',
      pids: [pid],
      cause: error,
    });
  }
}

/**
 * Sends SIGKILL to everything that is there now, once. v2 does it at one stroke; v1 is stopped first, so that
 * nothing forks away between being listed and being killed, and no pid is used again.
 */
export function killNow(members: readonly Member[]): void {
  const unified = members.find(({ tree }) => tree.version === 2);
  const others = members.filter((member) => member !== unified);
  if (unified !== undefined) {
    const file = join(unified.directory, 'cgroup.kill');
    const isDone = attempt(() => writeValue(file, '1'));
    if (isDone && others.length === 0) return;
  }
  const freezer = freezerOf(members);
  if (freezer !== undefined) attempt(() => writeFreezer(freezer, true));
  try {
    for (const pid of processesIn(members)) killProcess(pid);
  } finally {
    // A process that v1 has stopped dies when it continues.
    if (freezer !== undefined) attempt(() => writeFreezer(freezer, false));
  }
}

/** Kills until nothing is left. Throws CGROUP_BUSY with the pids that did not die in time, CGROUP_NO_PERMISSION. */
export async function killAll(members: readonly Member[], options: WaitOptions): Promise<void> {
  const isEmpty = (): boolean => {
    if (processesIn(members).length === 0) return true;
    killNow(members);
    return false;
  };
  if (!(await until(isEmpty, options))) throw stillThere(members);
}

/** What to say when a cgroup does not become empty. */
export function stillThere(members: readonly Member[]): CgroupError {
  const pids = processesIn(members);
  const path = members[0]?.directory ?? '';
  return new CgroupError('CGROUP_BUSY', `${path}: still in use by ${pids.join(', ') || 'others'}`, {
    hint: 'a process that does not die waits inside the kernel, for a disk or a network file system',
    pids,
    path,
  });
}
