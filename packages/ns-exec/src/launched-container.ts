import type { Readable } from 'node:stream';
import { identityOf, killProcess } from '@ctrkit/durable';
import type { ProcessIdentity } from '@ctrkit/durable';
import type { Cgroup } from '@ctrkit/cgroup';
import type { Helper } from '@ctrkit/syscalls';

/** How a container ended. */
export interface ContainerExit {
  /** The program's exit code, 128 + n when signal n ended it. */
  readonly code: number;
  readonly signal: number;
  /** Whether the kernel killed a process of it for want of memory. */
  readonly oomKilled: boolean;
}

/** A running container. */
export interface LaunchedContainer {
  /** The pid of its first process on the host. */
  readonly pid: number;
  /** The program's output, where `stdio` says 'pipe'. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** What was asked for and this kernel does not do, a line each. */
  readonly warnings: readonly string[];
  /** Sends a signal to its first process; false when it has ended. */
  kill: (signal: NodeJS.Signals | number) => boolean;
  /** Resolves at its end, when its cgroup is gone too. Throws SyscallsError HELPER_DIED when its parent was killed. */
  wait: () => Promise<ContainerExit>;
}

async function end(
  helper: Helper,
  cgroup: Cgroup | undefined,
  identity: ProcessIdentity | undefined,
): Promise<ContainerExit> {
  try {
    const exit = await helper.wait();
    const events = await cgroup?.events();
    return { ...exit, oomKilled: (events?.oomKills ?? 0) > 0 };
  } finally {
    helper.end();
    // Where its parent was killed: the program could have refused to die with it.
    if (identity !== undefined) killProcess(identity);
    await cgroup?.delete({ parents: true });
  }
}

/** The handle of a container whose program has been started. */
export function launchedContainer(
  pid: number,
  helper: Helper,
  cgroup: Cgroup | undefined,
): LaunchedContainer {
  const identity = identityOf(pid);
  return {
    pid,
    stdout: helper.stdout,
    stderr: helper.stderr,
    warnings: cgroup?.ignored ?? [],
    // The helper passes on what it can catch; this it could not.
    kill: (signal) =>
      signal === 'SIGKILL' && identity !== undefined ? killProcess(identity) : helper.kill(signal),
    wait: () => end(helper, cgroup, identity),
  };
}
