import { closeSync, constants, openSync, readFileSync, write } from 'node:fs';
import { join } from 'node:path';
import { readHierarchy } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import { parseSelfCgroup } from './self-cgroup.ts';

export interface ExpectOptions {
  /** @default what detectHierarchy finds */
  readonly hierarchy?: Hierarchy;
  /** @default '/proc/self/cgroup' */
  readonly self?: string;
}

/** The `cgroup.procs` that this process is listed in, of one v1 tree. */
function ownList({ controllers }: Hierarchy, self: string): string | undefined {
  const [name, tree] = [...controllers].find(([, { version }]) => version === 1) ?? [];
  const path = parseSelfCgroup(readFileSync(self, 'latin1')).get(name ?? '');
  if (tree === undefined || path === undefined || path.startsWith('/..')) return undefined;
  return join(tree.mountPoint, path, 'cgroup.procs');
}

/**
 * Says that a process will be moved into a cgroup in a moment, so that it need not wait then. Under v1 the first move
 * waits 5 to 15 ms for the kernel, until each processor has passed a quiescent state (cgroup_threadgroup_rwsem in the
 * kernel's kernel/cgroup/cgroup.c); who comes within about as long after it does not. The wait begins here and is another
 * thread's: this process is moved to where it is. Resolves when that is over; does nothing where there is no v1 tree or
 * where this process may not do so. Never rejects.
 */
export async function expectMove({
  hierarchy,
  self = '/proc/self/cgroup',
}: ExpectOptions = {}): Promise<void> {
  try {
    const list = ownList(hierarchy ?? readHierarchy(), self);
    if (list === undefined) return;
    const descriptor = openSync(list, constants.O_WRONLY);
    await new Promise<void>((resolve) => write(descriptor, '0', () => resolve()));
    closeSync(descriptor);
  } catch {
    // Then the first move waits, as it would have.
  }
}
