import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import type { GarbageResult, ImageRecord, PruneOptions, RemoveResult } from '@ctrkit/image-store';
import { bytesBelow } from '@ctrkit/rootfs';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { imageUsers } from './image-users.ts';
import { listContainers } from './list.ts';
import type { Container } from './list.ts';
import { removeContainer } from './remove.ts';
import { listVolumes } from './volume.ts';
import type { Volume } from './volume.ts';

/** What nobody uses: exactly this is removed, whatever else stops being used meanwhile. */
export interface Prunable {
  readonly containers: readonly Container[];
  readonly images: readonly ImageRecord[];
  readonly volumes: readonly Volume[];
}

export interface PruneScope {
  /** Images without a tag, or all that no container was made of. @default 'dangling' */
  readonly images?: 'none' | 'dangling' | 'unused';
  /** Anonymous volumes too. @default false */
  readonly volumes?: boolean;
  /** Of the images only those. */
  readonly filter?: PruneOptions['filter'];
}

const runs = ({ state }: Container): boolean => state.status === 'running';

// Those too that only containers have that are going to be removed.
function unusedVolumes(engine: Engine, containers: readonly Container[]): Volume[] {
  const going = new Set(containers.map(({ id }) => id));
  return listVolumes(engine).filter(
    ({ anonymous, users }) => anonymous && users.every((id) => going.has(id)),
  );
}

/** Finds what nobody uses: containers that do not run, and images, once those containers are gone. */
export async function findPrunable(
  engine: Engine,
  { images = 'dangling', volumes = false, filter }: PruneScope = {},
): Promise<Prunable> {
  const containers = listContainers(engine).filter((container) => !runs(container));
  const unused = volumes ? unusedVolumes(engine, containers) : [];
  if (images === 'none') return { containers, images: [], volumes: unused };
  const store = await openImageStore(engine);
  const found = await store.prunable({
    all: images === 'unused',
    users: () => imageUsers(engine).filter(({ running }) => running),
    ...(filter !== undefined && { filter }),
  });
  return { containers, images: found, volumes: unused };
}

/** Finds the images that no container was made of. */
export async function findPrunableImages(
  engine: Engine,
  { images = 'dangling', filter }: PruneScope = {},
): Promise<ImageRecord[]> {
  const store = await openImageStore(engine);
  return await store.prunable({
    all: images === 'unused',
    users: () => imageUsers(engine),
    ...(filter !== undefined && { filter }),
  });
}

/** Containers that were removed, and the bytes that they had written. */
export interface PrunedContainers {
  readonly deleted: readonly string[];
  readonly reclaimed: number;
}

/** Removes containers of a list that still do not run. What runs or is gone by now is left. */
export async function pruneContainers(
  engine: Engine,
  containers: readonly Container[],
): Promise<PrunedContainers> {
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const { id } of containers) {
    const size = await bytesBelow(join(containerDirectory(engine, id), 'upper'));
    try {
      await removeContainer(engine, id);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!['CONTAINER_NOT_FOUND', 'CONTAINER_RUNNING', 'CONTAINER_BUSY'].includes(String(code))) {
        throw error;
      }
      continue;
    }
    deleted.push(id);
    reclaimed += size;
  }
  return { deleted, reclaimed };
}

/** Removes images of a list that still no container is made of. Throws what `ImageStore.prune` throws. */
export async function pruneImages(
  engine: Engine,
  images: readonly ImageRecord[],
): Promise<RemoveResult> {
  const store = await openImageStore(engine);
  return await store.prune({ all: true, only: images, users: () => imageUsers(engine) });
}

/**
 * Deletes the blobs that no image and no living lease has, but for those of the last ten minutes, which another tool may
 * be bringing. Throws IMAGE_DAMAGED, LEASE_INVALID.
 */
export async function collectBlobs(engine: Engine): Promise<GarbageResult> {
  return await (await openImageStore(engine)).collectGarbage();
}
