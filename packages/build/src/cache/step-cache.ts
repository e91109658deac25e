import { readCachedStep, removeCachedStep, touchCachedStep, writeCachedStep, listCachedSteps } from '@ctrkit/image-store'; // prettier-ignore
import type { CachedStep } from '@ctrkit/image-store';
import { hasBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';

/** What is cached under a key: `gone` where there was something whose layer is not there any more. */
export type Cached = CachedStep | 'gone' | undefined;

/** Looks a step up; what is found counts as used. What it made is there as far as can be told without reading it. */
export async function findStep(layout: Layout, key: Digest): Promise<Cached> {
  const step = readCachedStep(layout, key);
  if (step === undefined) return undefined;
  if (step.alias !== undefined) {
    const same = await findStep(layout, step.alias);
    return same === 'gone' ? undefined : same;
  }
  if (step.layer !== undefined && !(await hasBlob(layout, step.layer.descriptor))) return 'gone';
  touchCachedStep(layout, key);
  return step;
}

/** Keeps what a step made; under the key by which it was found fast, too. */
export async function keepStep(
  layout: Layout,
  step: CachedStep,
  quickKey: Digest | undefined,
): Promise<void> {
  await writeCachedStep(layout, step);
  if (quickKey !== undefined) await writeCachedStep(layout, aliasOf(quickKey, step));
}

/** What leads from another key to a step. */
export const aliasOf = (key: Digest, { key: alias, created, text }: CachedStep): CachedStep => ({ key, alias, created, text }); // prettier-ignore

/** Forgets the steps that made a layer of that digest, or diff id; false where there is none. */
export function forgetLayer(layout: Layout, id: string): boolean {
  const steps = listCachedSteps(layout).filter(
    ({ layer }) => layer?.descriptor.digest === id || layer?.diffId === id,
  );
  for (const { key } of steps) removeCachedStep(layout, key);
  return steps.length > 0;
}
