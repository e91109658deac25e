import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock, namesIn, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import { listCachedSteps, openImageStore, removeCachedSteps } from '@ctrkit/image-store';
import { removeTree } from '@ctrkit/rootfs';
import { buildCache, cacheMounts } from './build-cache.ts';
import type { BuildCacheEntry } from './build-cache.ts';
import type { Engine } from './engine.ts';
import { collectUnusedLayers } from './unused-layers.ts';

export interface PruneBuildCacheOptions {
  /** Also what images have, and the directories of cache mounts. @default false */
  readonly all?: boolean | undefined;
  /** Only what was last used before. @default whenever */
  readonly until?: Date | undefined;
  /** Bytes that may stay, the most recently used. @default none */
  readonly keepStorage?: number | undefined;
}

export interface PrunedBuildCache {
  /** Ids of entries. */
  readonly deleted: readonly string[];
  /** Bytes. */
  readonly reclaimed: number;
}

const hasFiles = ({ type, size }: BuildCacheEntry): boolean => type !== 'regular' || size > 0;

/** What of a list goes, the least recently used first. */
export function choosePruned(
  entries: readonly BuildCacheEntry[],
  { all = false, until, keepStorage = 0 }: PruneBuildCacheOptions,
): BuildCacheEntry[] {
  const candidates = entries.filter(
    (entry) =>
      (all || (entry.type === 'regular' && !entry.inUse && hasFiles(entry))) &&
      (until === undefined || entry.lastUsed < until),
  );
  let rest = entries.reduce((sum, { size }) => sum + size, 0);
  return candidates.filter(({ size }) => {
    if (keepStorage > 0 && rest <= keepStorage) return false;
    rest -= size;
    return true;
  });
}

// One that a build is using stays.
async function removeMount(
  engine: Engine,
  { id, size }: BuildCacheEntry,
): Promise<number | undefined> {
  // prettier-ignore
  const path = join(cacheMounts(engine), id);
  await using lock = await acquireLock(`${path}.lock`, { wait: false });
  if (lock === undefined) return undefined;
  // Beside it: a directory that is somebody else's changes its name, and not its parent.
  const resting = temporaryName(path);
  await rename(path, resting);
  await removeTree(resting);
  return size;
}

// What builds left half-made, or had for themselves, when they were killed.
async function sweepBuilds({ root }: Engine): Promise<void> {
  const directory = join(root, 'build-cache');
  for (const name of namesIn(directory)) await sweepTemporaries(join(directory, name), removeTree);
}

/** What `pruneBuildCache` would remove now. Throws CONTAINER_DAMAGED. */
export async function prunableBuildCache(
  engine: Engine,
  options: PruneBuildCacheOptions = {},
): Promise<BuildCacheEntry[]> {
  return choosePruned(await buildCache(engine), options);
}

/**
 * Removes what builds left for later ones, and what killed ones did not remove. What a running build uses stays, or is made again. Throws IMAGE_DAMAGED,
 * LEASE_INVALID, CONTAINER_DAMAGED, UNPACK_FAILED, LOCK_UNAVAILABLE, READ_ONLY, PERMISSION_DENIED.
 */
export async function pruneBuildCache(
  engine: Engine,
  options: PruneBuildCacheOptions = {},
): Promise<PrunedBuildCache> {
  await sweepBuilds(engine);
  const pruned = await prunableBuildCache(engine, options);
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const entry of pruned.filter(({ type }) => type === 'exec.cachemount')) {
    const size = await removeMount(engine, entry);
    if (size === undefined) continue;
    deleted.push(entry.id);
    reclaimed += size;
  }
  const ids = new Set(pruned.filter(({ type }) => type === 'regular').map(({ id }) => `sha256:${id}`)); // prettier-ignore
  const { layout } = await openImageStore(engine);
  const steps = listCachedSteps(layout).filter(({ key, alias }) => ids.has(alias ?? key));
  const { reclaimed: blobs } = await removeCachedSteps(layout, steps);
  const layers = await collectUnusedLayers(engine);
  deleted.push(...[...ids].map((id) => id.slice('sha256:'.length)));
  return { deleted, reclaimed: reclaimed + blobs + layers.reclaimed };
}
