import { rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import type { Member } from './apply.ts';
import { until } from './deadline.ts';
import type { WaitOptions } from './deadline.ts';
import { explainDirectory } from './files.ts';
import { killNow, stillThere } from './kill.ts';
import { childDirectories } from './processes.ts';

/** Removes one directory that nothing uses; false when something does. */
function tryRemove(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT') return true;
    if (errno === 'EBUSY' || errno === 'ENOTEMPTY') return false;
    throw explainDirectory(error, directory);
  }
}

/** The same with the cgroups that the container made below its own. */
export function tryRemoveTree(directory: string): boolean {
  if (tryRemove(directory)) return true;
  const children = childDirectories(directory).map(tryRemoveTree);
  return children.every(Boolean) && tryRemove(directory);
}

export interface DeleteOptions extends WaitOptions {
  /** Removes also the cgroups above it that are empty then. @default false */
  readonly parents?: boolean;
}

// Of somebody else's making them at the same moment, mkdir learns, and makes them again.
function removeEmptyParents({ tree, directory }: Member): void {
  for (
    let above = dirname(directory);
    above.length > tree.mountPoint.length;
    above = dirname(above)
  ) {
    try {
      rmdirSync(above);
    } catch {
      // In use, or not ours to remove: then so is all above it.
      return;
    }
  }
}

/**
 * Removes a cgroup from all trees; what still runs in it is killed. Twice is no error.
 * Throws CGROUP_BUSY with the pids that did not die in time, CGROUP_NO_PERMISSION.
 */
export async function removeAll(members: readonly Member[], options: DeleteOptions): Promise<void> {
  let left = [...members];
  const isGone = (): boolean => {
    left = left.filter(({ directory }) => !tryRemoveTree(directory));
    // A process that just ended leaves its cgroup a moment later, so this does not yet mean that there is one.
    if (left.length > 0) killNow(left);
    return left.length === 0;
  };
  if (!(await until(isGone, options))) throw stillThere(left);
  if (options.parents === true) members.forEach(removeEmptyParents);
}
