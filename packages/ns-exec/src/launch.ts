import type { AccountFiles, Process, RuntimeSpec } from '@ctrkit/oci';
import { createCgroup } from '@ctrkit/cgroup';
import type { Cgroup } from '@ctrkit/cgroup';
import { Helper } from '@ctrkit/syscalls';
import type { HelperOptions, Report } from '@ctrkit/syscalls';
import { launchError } from './launch-error.ts';
import { launchedContainer } from './launched-container.ts';
import type { LaunchedContainer } from './launched-container.ts';
import { NsExecError } from './ns-exec-error.ts';
import { refuseUnsupported } from './plan/unsupported.ts';
import { joinPlan, openRootPlan, processPlan, sandboxPlan, spawnPlan } from './plan/plan.ts';

export interface PrepareOptions {
  /** Copy output through pipes instead of handing down our own stdout and stderr. Default false. */
  readonly relay?: boolean;
  /** stdin, stdout, stderr of the program. Default: nothing, ours, ours. */
  readonly stdio?: HelperOptions['stdio'];
  /** Resolves when a cgroup may be made: when whoever cleans up can find it. Default: at once. */
  readonly ready?: Promise<unknown>;
}

export interface StartOptions {
  /** The directory that relative paths of the spec start at. */
  readonly bundle: string;
  /**
   * Has the last word on the process when its root is there, with that root's own account files: for users by name.
   * Default: as the spec says.
   */
  readonly identify?: (files: AccountFiles) => Process | Promise<Process>;
  /** Called with the pid on the host before the program starts; it starts only when this has resolved. */
  readonly onSpawned?: (pid: number) => void | Promise<void>;
}

export interface LaunchOptions extends PrepareOptions, StartOptions {}

/** A container on its way: in its namespaces and its cgroup, and not told yet what it will run. */
export interface PreparedLaunch {
  /** Mounts the root and starts the program; resolves when it runs. What was made is gone again when it throws. */
  start: (spec: RuntimeSpec, options: StartOptions) => Promise<LaunchedContainer>;
  /** Gives it up: nothing of it stays. */
  abandon: () => Promise<void>;
}

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

async function accountFiles(helper: Helper): Promise<AccountFiles> {
  const [passwd, group] = await Promise.all([
    fileOf(helper, '/etc/passwd'),
    fileOf(helper, '/etc/group'),
  ]);
  return { passwd, group };
}

function processOf(spec: RuntimeSpec): Process {
  if (spec.process !== undefined) return spec.process;
  throw new NsExecError('BUNDLE_INVALID', 'the spec has no process');
}

async function sendPlan(
  helper: Helper,
  cgroup: Cgroup | undefined,
  spec: RuntimeSpec,
  { bundle, identify, onSpawned }: StartOptions,
): Promise<void> {
  await helper.write(
    ...openRootPlan(spec, bundle, identify !== undefined),
    ...sandboxPlan(spec, {
      bundle,
      cgroups: cgroup?.mounts ?? [],
      hasCgroup: cgroup !== undefined,
    }),
  );
  const spawned = await helper.report(isEvent('spawned'));
  // Without a child the plan has failed already, and waiting for the start says where.
  if (spawned === undefined) return;
  await onSpawned?.(spawned.pid);
  const process = await (identify?.(await accountFiles(helper)) ?? processOf(spec));
  await helper.write(...processPlan(spec, process));
}

async function startedPid(helper: Helper, command: string): Promise<number> {
  const started = await helper.report(isEvent('started'));
  if (started !== undefined) return started.pid;
  try {
    const { code } = await helper.wait();
    throw new NsExecError('START_FAILED', `the helper ended with ${code} before the start`);
  } catch (error) {
    throw launchError(error, command);
  }
}

/**
 * Begins a container before it is known what it will run: makes its namespaces and its cgroup and joins them, which are
 * the kernel's slow steps (a v1 cgroup's first member waits for a grace period). Only `linux` of the spec counts here.
 * Throws SyscallsError HELPER_MISSING; what goes wrong later is thrown by `start`.
 */
export function prepareLaunch(
  spec: Pick<RuntimeSpec, 'linux'>,
  { relay = false, stdio, ready }: PrepareOptions = {},
): PreparedLaunch {
  const helper = new Helper('launch', stdio === undefined ? {} : { stdio });
  const { cgroupsPath, resources = {} } = spec.linux ?? {};
  const making = (async (): Promise<Cgroup | undefined> => {
    await helper.write(...spawnPlan(spec, { relay }));
    await ready;
    const cgroup =
      cgroupsPath === undefined ? undefined : await createCgroup(cgroupsPath, resources);
    await helper.write(...joinPlan(spec, cgroup));
    return cgroup;
  })();
  making.catch(() => {});
  const abandon = async (): Promise<void> => {
    helper.end();
    helper.kill('SIGKILL');
    const [cgroup] = await Promise.allSettled([making, helper.wait()]);
    if (cgroup.status === 'fulfilled') await cgroup.value?.delete({ parents: true });
  };
  return {
    abandon,
    start: async (whole, options) => {
      try {
        refuseUnsupported(whole);
        const [command = ''] = processOf(whole).args ?? [];
        const cgroup = await making;
        await sendPlan(helper, cgroup, whole, options);
        return launchedContainer(await startedPid(helper, command), helper, cgroup);
      } catch (error) {
        await abandon();
        throw error;
      }
    },
  };
}

/**
 * Starts the process of a runtime spec as a container (config.md, config-linux.md) and resolves when it runs.
 * The container belongs to this process: it ends when this process does.
 * Throws NsExecError by code, CgroupError, SyscallsError. What was made is gone again when it throws.
 */
export function launch(spec: RuntimeSpec, options: LaunchOptions): Promise<LaunchedContainer> {
  return prepareLaunch(spec, options).start(spec, options);
}
