import { readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageRecord } from '@ctrkit/image-store';
import type { Digest } from '@ctrkit/oci';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { listContainers } from './list.ts';
import type { Container } from './list.ts';
import { removeContainer } from './remove.ts';

/** What nobody uses: exactly this is removed, whatever else stops being used meanwhile. */
export interface Prunable {
  readonly containers: readonly Container[];
  readonly images: readonly ImageRecord[];
}

export interface PruneScope {
  /** Images without a name, or all that no container was made of. @default 'dangling' */
  readonly images?: 'none' | 'dangling' | 'unused';
}

/** What of the images nobody uses once the containers that do not run are gone. */
async function prunableImages(
  engine: Engine,
  kept: readonly Container[],
  scope: 'dangling' | 'unused',
): Promise<ImageRecord[]> {
  const used = new Set(kept.map(({ imageId }) => imageId));
  const store = await openImageStore(engine);
  return (await store.list()).filter(
    ({ id, name }) => !used.has(id) && (scope === 'unused' || name === undefined),
  );
}

const runs = ({ state }: Container): boolean => state.status === 'running';

/** Finds what nobody uses: containers that do not run, and images. */
export async function findPrunable(
  engine: Engine,
  { images = 'dangling' }: PruneScope = {},
): Promise<Prunable> {
  const all = listContainers(engine);
  return {
    containers: all.filter((container) => !runs(container)),
    images: images === 'none' ? [] : await prunableImages(engine, all.filter(runs), images),
  };
}

async function sizeOf(path: string): Promise<number> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.size;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => sizeOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
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
    const size = await sizeOf(join(containerDirectory(engine, id), 'upper'));
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

/** Names that were taken away, blobs that are gone, and the bytes that these had. */
export interface PrunedImages {
  readonly untagged: readonly string[];
  readonly deleted: readonly Digest[];
  readonly reclaimed: number;
}

/** Removes images of a list that still no container is made of. Throws what `ImageStore.remove` throws. */
export async function pruneImages(
  engine: Engine,
  images: readonly ImageRecord[],
): Promise<PrunedImages> {
  const store = await openImageStore(engine);
  const result = { untagged: [] as string[], deleted: [] as Digest[], reclaimed: 0 };
  for (const { id, name } of images) {
    const isUsed = listContainers(engine).some(({ imageId }) => imageId === id);
    if (isUsed) continue;
    try {
      const { untagged, deleted, reclaimed } = await store.remove(name ?? id, { force: true });
      result.untagged.push(...untagged);
      result.deleted.push(...deleted);
      result.reclaimed += reclaimed;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'IMAGE_NOT_FOUND') throw error;
    }
  }
  return result;
}
