import { existsSync } from 'node:fs';
import { acquireLock } from '@ctrkit/durable';
import { directoryTree, packTree, writeLayerBlob } from '@ctrkit/rootfs';
import { cacheMountPath } from '../mounts/cache-directory.ts';
import type { World } from '../world.ts';
import type { CachedMount } from './cache-contents.ts';

async function packMount(world: World, id: string): Promise<CachedMount | undefined> {
  const { store, signal } = world;
  const path = cacheMountPath(world, id);
  if (!existsSync(path)) return undefined;
  // A RUN of another build that has it for itself may be in the middle of something.
  const lock = await acquireLock(`${path}.lock`, { shared: true, signal });
  try {
    const tar = packTree(directoryTree(path), { signal });
    return { id, layer: await writeLayerBlob(store.layout, tar, { signal }) };
  } finally {
    lock?.release();
  }
}

/** What the cache mounts of a build hold, as layers of the store. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED, UNPACK_FAILED, the reason of `signal`. */
export async function packMounts(world: World): Promise<CachedMount[]> {
  const mounts: CachedMount[] = [];
  for (const id of [...world.cacheMounts].toSorted()) {
    const mount = await packMount(world, id);
    if (mount !== undefined) mounts.push(mount);
  }
  return mounts;
}
