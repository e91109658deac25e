import type { Process, RuntimeSpec } from '@ctrkit/oci';
import type { Cgroup } from '@ctrkit/cgroup';
import type { Helper } from '@ctrkit/syscalls';
import { begin } from './begin.ts';
import type { PrepareOptions } from './begin.ts';
import { accountFiles, hearSpawned, hearStart } from './conversation.ts';
import type { Identify, SpawnedPids } from './conversation.ts';
import { launchedContainer } from './launched-container.ts';
import type { LaunchedContainer } from './launched-container.ts';
import { NsExecError } from './ns-exec-error.ts';
import { refuseUnsupported } from './plan/unsupported.ts';
import { openRootPlan, processPlan, sandboxPlan } from './plan/plan.ts';
import type { ProcessStreams } from './plan/plan.ts';
import { seccompPlan } from './plan/seccomp.ts';
import { giveMounts } from './give-mounts.ts';

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
    ...openRootPlan(spec, { bundle, streams, readUsers: identify !== undefined }),
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
  await giveMounts(spec, process);
  await helper.write(...processPlan(spec, process, streams, filter));
}

/**
 * Begins a container before it is known what it will run: makes its namespaces and its cgroup and joins them, which are
 * the kernel's slow steps (a v1 cgroup's first member waits for a grace period). Only `linux` of the spec counts here.
 * What goes wrong is thrown by `start`.
 */
export function prepareLaunch(
  spec: Pick<RuntimeSpec, 'linux'>,
  options: PrepareOptions = {},
): PreparedLaunch {
  const { streams = 'inherited' } = options;
  const beginning = begin(spec, options);
  beginning.catch(() => {});
  // Where it could not begin, nothing of it is there.
  const abandon = async (): Promise<void> => await (await beginning.catch(() => {}))?.giveUp();
  return {
    abandon,
    start: async (whole, starting) => {
      try {
        refuseUnsupported(whole);
        const [command = ''] = processOf(whole).args ?? [];
        const { helper, joined } = await beginning;
        const cgroup = await joined;
        await sendPlan(helper, cgroup, whole, streams, starting);
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
