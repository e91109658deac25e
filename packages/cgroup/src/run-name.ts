import { readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { identityOf, selfIdentity } from '@ctrkit/durable';
import type { OpenOptions } from './create.ts';
import { detectHierarchy, treesOf } from './hierarchy.ts';
import { childDirectories } from './processes.ts';
import { tryRemoveTree } from './remove.ts';

/** Pids of another namespace, in a container that sees the same cgroups, say nothing here. */
const pidNamespace = (): string => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';

let runs = 0;

/** A name that tells whose it is: pid namespace, pid and start time of this process, and a number. */
export function runName(): string {
  const { pid, startTime } = selfIdentity();
  runs += 1;
  return `ctr-run-${pidNamespace()}-${pid}-${startTime}-${runs}`;
}

function isAbandoned(name: string): boolean {
  const [, namespace, pid, startTime] = /^ctr-run-(\d+)-(\d+)-(\d+)-\d+$/.exec(name) ?? [];
  if (namespace !== pidNamespace()) return false;
  return identityOf(Number(pid))?.startTime !== startTime;
}

/** Removes the empty cgroups of runs that were killed; one in which something still runs stays. */
export async function sweepRuns(options: OpenOptions): Promise<void> {
  const hierarchy = options.hierarchy ?? (await detectHierarchy());
  const { base } = hierarchy;
  if (base === undefined) return;
  for (const { mountPoint } of treesOf(hierarchy)) {
    const abandoned = childDirectories(join(mountPoint, base)).filter((path) =>
      isAbandoned(basename(path)),
    );
    for (const directory of abandoned) tryRemoveTree(directory);
  }
}
