import { openImageStore } from '@ctrkit/image-store';
import { collectLayers, storedLayers } from '@ctrkit/rootfs';
import type { CollectedLayers } from '@ctrkit/rootfs';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import { rootDirectories } from './root-directories.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { containerIds } from './list.ts';

/** The layer that is kept in a directory of the store, if it is one. */
function layerIn(directory: string): Digest[] {
  const [, algorithm, hex] = /\/(sha\d+)\/([0-9a-f]+)\/fs$/.exec(directory) ?? [];
  const id = `${algorithm}:${hex}`;
  return isDigest(id) ? [id] : [];
}

/** The layers on which a container's root stands; none where it was removed meanwhile. Throws CONTAINER_DAMAGED: it might stand on anything. */
export function containerLayers(engine: Engine, id: string): Digest[] {
  try {
    return rootDirectories(readSpec(engine, id)).lowers.flatMap(layerIn);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CONTAINER_NOT_FOUND') return [];
    throw error;
  }
}

async function neededLayers(engine: Engine): Promise<Set<Digest> | undefined> {
  const needed = await (await openImageStore(engine)).neededLayers();
  for (const id of containerIds(engine)) {
    for (const layer of containerLayers(engine, id)) needed?.add(layer);
  }
  return needed;
}

/**
 * The unpacked layers that no image and no container has; some may be claimed for what is being started.
 * Throws as `collectUnusedLayers`.
 */
export async function unusedLayers(engine: Engine): Promise<Digest[]> {
  const needed = await neededLayers(engine);
  if (needed === undefined) return [];
  return (await storedLayers(engine.root)).filter((id) => !needed.has(id));
}

/**
 * Deletes the unpacked layers that no image, no container, no lease and no start or unpacking under way has.
 * Throws CONTAINER_DAMAGED, IMAGE_DAMAGED, LEASE_INVALID: what cannot be read might need anything.
 */
export async function collectUnusedLayers(
  engine: Engine,
  options: { readonly signal?: AbortSignal } = {},
): Promise<CollectedLayers> {
  return await collectLayers(engine.root, { ...options, needed: () => neededLayers(engine) });
}
