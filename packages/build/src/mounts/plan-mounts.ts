import type { Inputs } from '../cache/inputs.ts';
import type { RunInstruction, RunMount } from '../dockerfile/instruction.ts';
import { Resources } from '../resources.ts';
import type { Place } from '../stage/place.ts';
import { planBind } from './bind-mount.ts';
import { planCache } from './cache-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';
import { planSecret } from './secret-mount.ts';
import { planSsh } from './ssh-mount.ts';
import { planTmpfs } from './tmpfs-mount.ts';

const planners: Readonly<
  Record<RunMount['type'], (place: Place, options: RunMount['options']) => Promise<PlannedMount>>
> = {
  bind: planBind,
  cache: planCache,
  secret: planSecret,
  ssh: planSsh,
  tmpfs: planTmpfs,
};

/** All mounts of a RUN. */
export interface PlannedMounts {
  readonly inputs: Inputs;
  acquire(): Promise<AcquiredMount>;
}

const byWait = ({ waitsFor: a = '' }: PlannedMount, { waitsFor: b = '' }: PlannedMount): number =>
  a < b ? -1 : Number(a > b);

async function acquireAll(planned: readonly PlannedMount[]): Promise<AcquiredMount> {
  const resources = new Resources();
  const all = new Map<PlannedMount, AcquiredMount>();
  const held = new Map<string, string>();
  try {
    for (const one of planned.toSorted(byWait)) {
      const mount = await one.acquire(held);
      resources.add(mount);
      all.set(one, mount);
    }
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
  // As the instruction has them: one may lie on another.
  const inOrder = planned.flatMap((one) => all.get(one) ?? []);
  return {
    mounts: inOrder.flatMap(({ mounts }) => mounts),
    secretEnv: inOrder.flatMap(({ secretEnv }) => secretEnv),
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

/** What `RUN --mount` says. https://docs.docker.com/reference/dockerfile/#run---mount */
export async function planMounts(
  place: Place,
  { mounts }: Pick<RunInstruction, 'mounts'>,
): Promise<PlannedMounts> {
  const planned = await Promise.all(
    mounts.map(({ type, options }) => planners[type](place, options)),
  );
  return {
    inputs: planned.flatMap(({ inputs }) => inputs),
    acquire: () => acquireAll(planned),
  };
}
