import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupDirectories } from './host-cgroups.ts';
import { mounts, networkInterfaces, nftTables, temporaryFiles } from './host-names.ts';
import { helperProcesses } from './host-processes.ts';

/** What is on the machine that could be ours, by kind; each entry is a line that names it. */
export interface HostSnapshot {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly interfaces: readonly string[];
  readonly nftTables: readonly string[];
  readonly temporaryFiles: readonly string[];
}

/** Looks at the machine; what belongs to another test that runs meanwhile is left out. */
export async function snapshotHost(): Promise<HostSnapshot> {
  return {
    processes: await helperProcesses(),
    mounts: await mounts(),
    cgroups: await cgroupDirectories(),
    interfaces: await networkInterfaces(),
    nftTables: nftTables(),
    temporaryFiles: await temporaryFiles(),
  };
}

const kinds = [
  'processes',
  'mounts',
  'cgroups',
  'interfaces',
  'nftTables',
  'temporaryFiles',
] as const;

function added(before: HostSnapshot, now: HostSnapshot): string[] {
  return kinds.flatMap((kind) => {
    const old = new Set(before[kind]);
    return now[kind].filter((line) => !old.has(line)).map((line) => `${kind}: ${line}`);
  });
}

/**
 * Fails, naming each, when something is there that was not there before: processes of the helper
 * or in another pid namespace, mounts, cgroups named `ctr*`, network interfaces, nft tables,
 * temporary files. The kernel ends processes and cgroups in its own time, so it looks again until
 * `patience` (milliseconds) is over. Dispose of what the test itself holds first.
 */
export async function assertNothingLeft(
  before: HostSnapshot,
  options: { patience?: number } = {},
): Promise<void> {
  const deadline = Date.now() + (options.patience ?? 5000);
  // What appears later is somebody else's: only what was there at once can be left by the test.
  let left = added(before, await snapshotHost());
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(100);
    const still = new Set(added(before, await snapshotHost()));
    left = left.filter((line) => still.has(line));
  }
  assert.deepEqual(left, [], `left behind:\n${left.join('\n')}`);
}
