import type { AccountFiles, Process } from '@ctrkit/oci';
import type { Helper, Report } from '@ctrkit/syscalls';
import { launchError } from './launch-error.ts';
import { NsExecError } from './ns-exec-error.ts';

/** What decides on a process when its root is there, by that root's own account files. */
export type Identify = (files: AccountFiles) => Process | Promise<Process>;

/** The pids of a process that is there and runs nothing of its own yet. */
export interface SpawnedPids {
  readonly pid: number;
  /** Of its parent, which looks after it. */
  readonly supervisor: number;
}

export type Started = Extract<Report, { event: 'started' }>;

const isEvent =
  <E extends Report['event']>(event: E) =>
  (report: Report): report is Extract<Report, { event: E }> =>
    report.event === event;

async function fileOf(helper: Helper, path: string): Promise<Buffer | undefined> {
  const report = await helper.report(
    (report): report is Extract<Report, { event: 'file' }> =>
      report.event === 'file' && report.path === path,
  );
  return report !== undefined && 'bytes' in report ? report.bytes : undefined;
}

/** The account files that a plan of ours reads in the container's root. */
export async function accountFiles(helper: Helper): Promise<AccountFiles> {
  const [passwd, group] = await Promise.all([
    fileOf(helper, '/etc/passwd'),
    fileOf(helper, '/etc/group'),
  ]);
  return { passwd, group };
}

/** Waits until the process is there; undefined where the plan has failed, which `hearStart` tells. */
export async function hearSpawned(helper: Helper): Promise<SpawnedPids | undefined> {
  const spawned = await helper.report(isEvent('spawned'));
  if (spawned === undefined) return undefined;
  return { pid: spawned.pid, supervisor: helper.pid };
}

/** Waits until the program runs. Throws NsExecError by code where it does not. */
export async function hearStart(helper: Helper, command: string): Promise<Started> {
  const started = await helper.report(isEvent('started'));
  if (started !== undefined) return started;
  try {
    const { code } = await helper.wait();
    throw new NsExecError('START_FAILED', `the helper ended with ${code} before the start`);
  } catch (error) {
    throw launchError(error, command);
  }
}
