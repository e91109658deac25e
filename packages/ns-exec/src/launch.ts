import type { AccountFiles, Process, RuntimeSpec } from '@ctrkit/oci';
import { createCgroup } from '@ctrkit/cgroup';
import type { Cgroup } from '@ctrkit/cgroup';
import { Helper } from '@ctrkit/syscalls';
import type { HelperOptions, Report } from '@ctrkit/syscalls';
import { launchError } from './launch-error.ts';
import { NsExecError } from './ns-exec-error.ts';
import { joinPlan, openRootPlan, processPlan, sandboxPlan, spawnPlan } from './plan/plan.ts';

export interface LaunchOptions {
  /** The directory that relative paths of the spec start at. */
  readonly bundle: string;
  /** Copy output through pipes instead of handing down our own stdout and stderr. Default false. */
  readonly relay?: boolean;
  readonly stdio?: HelperOptions['stdio'];
  /**
   * Has the last word on the process when its root is there, with that root's own account files: for users by name.
   * Default: as the spec says.
   */
  readonly identify?: (files: AccountFiles) => Process | Promise<Process>;
  /** Called with the pid on the host before the program starts; it starts only when this has resolved. */
  readonly onSpawned?: (pid: number) => void | Promise<void>;
  readonly onReport?: (report: Report) => void;
}

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
  /** Sends a signal to its first process; false when it has ended. */
  kill: (signal: NodeJS.Signals | number) => boolean;
  /** Resolves at its end, when its cgroup is gone too. */
  wait: () => Promise<ContainerExit>;
}

type FileReport = Extract<Report, { event: 'file' }>;

const isFile =
  (path: string) =>
  (report: Report): report is FileReport =>
    report.event === 'file' && report.path === path;

const isSpawned = (report: Report): report is Extract<Report, { event: 'spawned' }> =>
  report.event === 'spawned';

const isStarted = (report: Report): report is Extract<Report, { event: 'started' }> =>
  report.event === 'started';

async function readAccountFiles(helper: Helper): Promise<AccountFiles> {
  const [passwd, group] = await Promise.all([
    helper.report(isFile('/etc/passwd')),
    helper.report(isFile('/etc/group')),
  ]);
  return {
    ...(passwd !== undefined && 'bytes' in passwd ? { passwd: passwd.bytes } : {}),
    ...(group !== undefined && 'bytes' in group ? { group: group.bytes } : {}),
  };
}

async function createCgroupOf(spec: RuntimeSpec): Promise<Cgroup | undefined> {
  const path = spec.linux?.cgroupsPath;
  return path === undefined ? undefined : createCgroup(path, spec.linux?.resources ?? {});
}

function commandOf(spec: RuntimeSpec): Process {
  if (spec.process === undefined)
    throw new NsExecError('BUNDLE_INVALID', 'the spec has no process');
  return spec.process;
}

// The plan is sent in the order in which its parts become known, so that the kernel's slow steps
// (the first member of a cgroup) run while the rest is still being decided.
async function sendPlan(
  helper: Helper,
  spec: RuntimeSpec,
  cgroup: Cgroup | undefined,
  options: LaunchOptions,
): Promise<void> {
  const { bundle, identify } = options;
  await helper.write(
    ...joinPlan(spec, cgroup),
    ...openRootPlan(spec, bundle, identify !== undefined),
    ...sandboxPlan(spec, {
      bundle,
      cgroups: cgroup?.mounts ?? [],
      hasCgroup: cgroup !== undefined,
    }),
  );
  const spawned = await helper.report(isSpawned);
  // Without a child the plan has failed already, and wait() says where.
  if (spawned === undefined) return;
  await options.onSpawned?.(spawned.pid);
  const process =
    identify === undefined ? commandOf(spec) : await identify(await readAccountFiles(helper));
  await helper.write(...processPlan(spec, process));
}

async function start(helper: Helper, command: string): Promise<number> {
  const started = await helper.report(isStarted);
  if (started !== undefined) return started.pid;
  try {
    const { code } = await helper.wait();
    throw new NsExecError('START_FAILED', `the helper ended with ${code} before the start`);
  } catch (error) {
    throw launchError(error, command);
  }
}

/**
 * Starts the process of a runtime spec as a container (config.md, config-linux.md) and resolves when it runs.
 * The container belongs to this process: it ends when this process does.
 * Throws NsExecError by code, CgroupError, SyscallsError. What was made is gone again when it throws.
 */
export async function launch(
  spec: RuntimeSpec,
  options: LaunchOptions,
): Promise<LaunchedContainer> {
  const [command = ''] = commandOf(spec).args ?? [];
  const helper = new Helper('launch', options.stdio === undefined ? {} : { stdio: options.stdio });
  let cgroup: Cgroup | undefined;
  try {
    const spawning = helper.write(...spawnPlan(spec, { relay: options.relay ?? false }));
    cgroup = await createCgroupOf(spec);
    await spawning;
    await sendPlan(helper, spec, cgroup, options);
    const pid = await start(helper, command);
    return {
      pid,
      kill: (signal) => helper.kill(signal),
      wait: () => end(helper, cgroup),
    };
  } catch (error) {
    helper.end();
    helper.kill('SIGKILL');
    await helper.wait().catch(() => {});
    await cgroup?.delete();
    throw error;
  }
}

async function end(helper: Helper, cgroup: Cgroup | undefined): Promise<ContainerExit> {
  try {
    const exit = await helper.wait();
    const events = await cgroup?.events();
    return { ...exit, oomKilled: (events?.oomKills ?? 0) > 0 };
  } finally {
    helper.end();
    await cgroup?.delete();
  }
}
