import type { Readable, Writable } from 'node:stream';
import { identityOf, killProcess } from '@ctrkit/durable';
import type { ProcessIdentity } from '@ctrkit/durable';
import type { Cgroup } from '@ctrkit/cgroup';
import type { Helper, Report } from '@ctrkit/syscalls';
import type { Started } from './conversation.ts';

/** How a container, or a process in one, ended. */
export interface ContainerExit {
  /** The program's exit code, 128 + n when signal n ended it. */
  readonly code: number;
  readonly signal: number;
  /** Whether the kernel killed a process of it for want of memory. */
  readonly oomKilled: boolean;
  /** What could not be done at its end, a line each. */
  readonly warnings: readonly string[];
}

/** A running container, or a process in one. */
export interface LaunchedContainer {
  /** The pid of its first process on the host. */
  readonly pid: number;
  /** When its program started, RFC 3339. */
  readonly startedAt: string;
  /** The program's streams, where `stdio` says 'pipe' and they are attached. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** What was asked for and this kernel does not do, a line each. */
  readonly warnings: readonly string[];
  /** Sends a signal to its first process; false when it has ended. */
  kill: (signal: NodeJS.Signals | number) => boolean;
  /**
   * Resolves at its end, when its cgroup is gone too, or with 'detached' when its terminal's user left it.
   * Throws SyscallsError HELPER_DIED when its parent was killed.
   */
  wait: () => Promise<ContainerExit | 'detached'>;
  /** Lets go of one that is not tied to this process, which may then end. */
  release: () => void;
}

const isDetached = (report: Report): report is Extract<Report, { event: 'detached' }> =>
  report.event === 'detached';

const steps: Readonly<Record<string, string>> = {
  'record-exit': 'its end could not be recorded',
  'remove-cgroup': 'its cgroup could not be removed',
};

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EBUSY: 'a process is still in it',
};

function unfinished(helper: Helper): string[] {
  return helper.reports('unfinished').map(({ operation, path, errno }) => {
    const what = steps[operation] ?? `${operation} failed at its end`;
    return `${what}: ${path}: ${reasons[errno] ?? errno}`;
  });
}

async function end(
  helper: Helper,
  cgroup: Cgroup | undefined,
  identity: ProcessIdentity | undefined,
): Promise<ContainerExit> {
  try {
    const exit = await helper.wait();
    const warnings = unfinished(helper);
    // Something outlived the first process, which is no parent of it, in a container without a namespace of pids.
    if (warnings.length > 0) await cgroup?.delete({ parents: true });
    return { ...exit, warnings };
  } catch (error) {
    // Its parent was killed, and it could have refused to die with it.
    if (identity !== undefined) killProcess(identity);
    await cgroup?.delete({ parents: true });
    throw error;
  } finally {
    helper.end();
  }
}

/** The handle of a container whose program has been started. */
export function launchedContainer(
  { pid, at }: Started,
  helper: Helper,
  cgroup?: Cgroup,
): LaunchedContainer {
  const identity = identityOf(pid);
  const ended = end(helper, cgroup, identity);
  ended.catch(() => {});
  const detached = helper.report(isDetached);
  return {
    pid,
    startedAt: at,
    stdin: helper.stdin,
    stdout: helper.stdout,
    stderr: helper.stderr,
    warnings: cgroup?.ignored ?? [],
    // The helper passes on what it can catch; this it could not.
    kill: (signal) =>
      signal === 'SIGKILL' && identity !== undefined ? killProcess(identity) : helper.kill(signal),
    wait: async () => ((await detached) === undefined ? ended : 'detached'),
    release: () => helper.release(),
  };
}
