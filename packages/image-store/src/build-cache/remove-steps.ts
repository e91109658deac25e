import type { Layout } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { discardUnreferenced, emptyBlobTrash } from '../collect-garbage.ts';
import type { GarbageResult } from '../collect-garbage.ts';
import { acquireGarbageLock } from '../lease.ts';
import type { CachedStep } from './cached-step.ts';
import { removeCachedStep } from './step-files.ts';

/**
 * Takes steps out of the cache, and the blobs away that nothing else refers to. While a build runs these are left for a later
 * collection. Throws IMAGE_DAMAGED, LEASE_INVALID, and what `acquireLock` throws.
 */
export async function removeCachedSteps(
  layout: Layout,
  steps: readonly Pick<CachedStep, 'key' | 'layer'>[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<GarbageResult> {
  const lock = await acquireGarbageLock(layout, signal === undefined ? {} : { signal });
  let result: GarbageResult;
  try {
    for (const { key } of steps) removeCachedStep(layout, key);
    const blobs = steps.flatMap(({ layer }): Digest[] => layer === undefined ? [] : [layer.descriptor.digest]); // prettier-ignore
    result = await discardUnreferenced(layout, new Set(blobs));
  } finally {
    lock?.release();
  }
  await emptyBlobTrash(layout);
  return result;
}
