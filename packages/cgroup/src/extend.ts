import { join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { errnoOf } from '@ctrkit/durable';
import type { Member } from './apply.ts';
import { CgroupError } from './cgroup-error.ts';
import { enableControllers } from './enable-controllers.ts';
import { writeValue } from './files.ts';
import type { Hierarchy } from './hierarchy.ts';
import { makeMember } from './make-member.ts';
import { places } from './place.ts';
import { processesIn } from './processes.ts';

function move(pid: number, directory: string): void {
  try {
    writeValue(join(directory, 'cgroup.procs'), String(pid));
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof CgroupError && errnoOf(error.cause) === 'ESRCH') return;
    throw error;
  }
}

/** Brings the processes of a cgroup into a tree where it was not yet; a fork meanwhile is found the next time. */
function moveAll(from: readonly Member[], to: Member): void {
  const moved = new Set<number>();
  for (;;) {
    const pids = processesIn(from).filter((pid) => !moved.has(pid));
    if (pids.length === 0) return;
    for (const pid of pids) {
      move(pid, to.directory);
      moved.add(pid);
    }
  }
}

/**
 * Makes a running cgroup fit for limits that it was not made with: under v1 it joins more trees, under v2 its parents
 * get more controllers.
 */
export async function extend(
  path: string,
  members: readonly Member[],
  hierarchy: Hierarchy,
  resources: LinuxResources,
): Promise<{ members: readonly Member[]; added: readonly Member[] }> {
  const added: Member[] = [];
  for (const place of places(hierarchy, resources, [])) {
    const { tree, needed } = place;
    if (!members.some((member) => member.tree === tree)) {
      const member = await makeMember(place, path, hierarchy);
      moveAll(members, member);
      added.push(member);
    } else if (tree.version === 2 && needed.size > 0) {
      enableControllers(tree, hierarchy.base ?? '/', path, [...needed]);
    }
  }
  return { members: [...members, ...added], added };
}
