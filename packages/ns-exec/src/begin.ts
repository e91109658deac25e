import { createCgroup, locateCgroup } from '@ctrkit/cgroup';
import type { Cgroup, CgroupLocation, Hierarchy } from '@ctrkit/cgroup';
import type { RuntimeSpec } from '@ctrkit/oci';
import { Helper } from '@ctrkit/syscalls';
import { joinPlan, spawnPlan } from './plan/plan.ts';
import { supervisionPlan } from './supervision.ts';
import type { Supervision } from './supervision.ts';

export interface PrepareOptions extends Supervision {
  /** Resolves when a cgroup may be made: when whoever cleans up can find it. Default: at once. */
  readonly ready?: Promise<unknown>;
  /** The cgroups of this machine. Default: they are looked at. */
  readonly hierarchy?: Hierarchy | undefined;
}

/** A container of which nothing is known yet but its namespaces and its cgroup. */
export interface Beginning {
  readonly helper: Helper;
  /** Resolves when the container's process has been told to join its cgroup. */
  readonly joined: Promise<Cgroup | undefined>;
  /** Nothing of it stays. */
  readonly giveUp: () => Promise<void>;
}

type LinuxSpec = Pick<RuntimeSpec, 'linux'>;

async function makeCgroup(
  { linux }: LinuxSpec,
  { ready, hierarchy }: PrepareOptions,
): Promise<Cgroup | undefined> {
  if (ready !== undefined) await ready;
  const { cgroupsPath, resources = {} } = linux ?? {};
  if (cgroupsPath === undefined) return undefined;
  return await createCgroup(cgroupsPath, resources, hierarchy === undefined ? {} : { hierarchy });
}

async function removeMade(making: Promise<Cgroup | undefined>): Promise<void> {
  const cgroup = await making.catch(() => undefined);
  await cgroup?.delete({ parents: true });
}

async function placeOf(
  { linux }: LinuxSpec,
  hierarchy: Hierarchy | undefined,
): Promise<CgroupLocation | undefined> {
  const { cgroupsPath, resources = {} } = linux ?? {};
  if (cgroupsPath === undefined) return undefined;
  return await locateCgroup(cgroupsPath, resources, hierarchy === undefined ? {} : { hierarchy });
}

/** Tells the supervisor what it is, and the process to join its cgroup as soon as that is made. */
async function sendBeginning(
  helper: Helper,
  spec: LinuxSpec,
  { hierarchy, ...supervision }: PrepareOptions,
  making: Promise<Cgroup | undefined>,
): Promise<Cgroup | undefined> {
  const location = await placeOf(spec, hierarchy);
  await helper.write(...supervisionPlan(supervision, 'launch', location), ...spawnPlan(spec));
  const cgroup = await making;
  await helper.write(...joinPlan(spec, cgroup));
  return cgroup;
}

/** Throws SyscallsError HELPER_MISSING. */
export async function begin(spec: LinuxSpec, options: PrepareOptions): Promise<Beginning> {
  const { stdio } = options;
  // First of all: for this the kernel needs longest, and no helper.
  const making = makeCgroup(spec, options);
  try {
    const helper = new Helper('supervise', stdio === undefined ? {} : { stdio });
    const joined = sendBeginning(helper, spec, options, making);
    joined.catch(() => {});
    const giveUp = async (): Promise<void> => {
      helper.end();
      helper.kill('SIGKILL');
      await Promise.allSettled([joined, helper.wait()]);
      await removeMade(making);
    };
    return { helper, joined, giveUp };
  } catch (error) {
    await removeMade(making);
    throw error;
  }
}
