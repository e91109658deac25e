import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { createCgroup, detectHierarchy, locateCgroup } from '@ctrkit/cgroup';
import type { Cgroup } from '@ctrkit/cgroup';
import { Helper } from '@ctrkit/syscalls';
import { accountFiles, hearSpawned, hearStart } from './conversation.ts';
import type { Identify, SpawnedPids } from './conversation.ts';
import { launchedContainer } from './launched-container.ts';
import type { LaunchedContainer } from './launched-container.ts';
import { NsExecError } from './ns-exec-error.ts';
import { refuseUnsupported } from './plan/unsupported.ts';
import { joinPlan, openRootPlan, processPlan, sandboxPlan, spawnPlan } from './plan/plan.ts';
import type { ProcessStreams } from './plan/plan.ts';
import { seccompPlan } from './plan/seccomp.ts';
import { supervisionPlan } from './supervision.ts';
import type { Supervision } from './supervision.ts';

export interface PrepareOptions extends Supervision {
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
  readonly identify?: Identify;
  /** Called with the pids on the host before the program starts; it starts only when this has resolved. */
  readonly onSpawned?: (pids: SpawnedPids) => void | Promise<void>;
}

export interface LaunchOptions extends PrepareOptions, StartOptions {}

/** A container on its way: in its namespaces and its cgroup, and not told yet what it will run. */
export interface PreparedLaunch {
  /** Mounts the root and starts the program; resolves when it runs. What was made is gone again when it throws. */
  start: (spec: RuntimeSpec, options: StartOptions) => Promise<LaunchedContainer>;
  /** Gives it up: nothing of it stays. */
  abandon: () => Promise<void>;
}

function processOf(spec: RuntimeSpec): Process {
  if (spec.process !== undefined) return spec.process;
  throw new NsExecError('BUNDLE_INVALID', 'the spec has no process');
}

async function sendPlan(
  helper: Helper,
  cgroup: Cgroup | undefined,
  spec: RuntimeSpec,
  streams: ProcessStreams,
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
  // Made while the helper mounts.
  const filter = seccompPlan(spec);
  const spawned = await hearSpawned(helper);
  // Without a child the plan has failed already, and waiting for the start says where.
  if (spawned === undefined) return;
  await onSpawned?.(spawned);
  const process = await (identify?.(await accountFiles(helper)) ?? processOf(spec));
  await helper.write(...processPlan(spec, process, streams, filter));
}

/** Tells the supervisor what it is, makes the cgroup and joins it. */
async function beginPlan(
  helper: Helper,
  spec: Pick<RuntimeSpec, 'linux'>,
  supervision: Supervision,
  ready: Promise<unknown> | undefined,
): Promise<Cgroup | undefined> {
  const { cgroupsPath, resources = {} } = spec.linux ?? {};
  if (cgroupsPath === undefined) {
    await helper.write(...supervisionPlan(supervision, 'launch'), ...spawnPlan(spec));
    await ready;
    await helper.write(...joinPlan(spec));
    return undefined;
  }
  const hierarchy = await detectHierarchy();
  const location = await locateCgroup(cgroupsPath, resources, { hierarchy });
  await helper.write(...supervisionPlan(supervision, 'launch', location), ...spawnPlan(spec));
  await ready;
  const cgroup = await createCgroup(cgroupsPath, resources, { hierarchy });
  await helper.write(...joinPlan(spec, cgroup));
  return cgroup;
}

/**
 * Begins a container before it is known what it will run: makes its namespaces and its cgroup and joins them, which are
 * the kernel's slow steps (a v1 cgroup's first member waits for a grace period). Only `linux` of the spec counts here.
 * Throws SyscallsError HELPER_MISSING; what goes wrong later is thrown by `start`.
 */
export function prepareLaunch(
  spec: Pick<RuntimeSpec, 'linux'>,
  { ready, ...supervision }: PrepareOptions = {},
): PreparedLaunch {
  const { stdio, streams = 'inherited' } = supervision;
  const helper = new Helper('supervise', stdio === undefined ? {} : { stdio });
  const making = beginPlan(helper, spec, supervision, ready);
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
        await sendPlan(helper, cgroup, whole, streams, options);
        return launchedContainer(await hearStart(helper, command), helper, cgroup);
      } catch (error) {
        await abandon();
        throw error;
      }
    },
  };
}

/**
 * Starts the process of a runtime spec as a container (config.md, config-linux.md) and resolves when it runs.
 * Unless `tied` is false, the container belongs to this process: it ends when this process does.
 * Throws NsExecError by code, CgroupError, SyscallsError. What was made is gone again when it throws.
 */
export function launch(spec: RuntimeSpec, options: LaunchOptions): Promise<LaunchedContainer> {
  return prepareLaunch(spec, options).start(spec, options);
}
