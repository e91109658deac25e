import { countCachedSteps, listCachedSteps, removeCachedStep } from '@ctrkit/image-store';
import type { Layout } from '@ctrkit/layout';

/** Steps that are kept at most; what is collected reads each. */
const MOST = 10_000;
/** What stays when there are more. */
const SHARE = 0.8;

/** Takes the least recently used steps out of a cache that has grown too large; their layers are garbage then. */
export function trimCache(layout: Layout, most: number = MOST): void {
  if (countCachedSteps(layout) <= most) return;
  const steps = listCachedSteps(layout).toSorted(
    (a, b) => b.lastUsed.getTime() - a.lastUsed.getTime(),
  );
  for (const { key } of steps.slice(Math.floor(most * SHARE))) removeCachedStep(layout, key);
}
