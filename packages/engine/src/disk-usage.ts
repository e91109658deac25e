import { join } from 'node:path';
import { openImageStore } from '@ctrkit/image-store';
import type { ImageRecord, ImageUsage } from '@ctrkit/image-store';
import { bytesBelow, storedLayers, storedLayerSize } from '@ctrkit/rootfs';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { buildCache } from './build-cache.ts';
import type { BuildCacheEntry } from './build-cache.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { listContainers } from './list.ts';
import type { Container } from './list.ts';
import { listVolumes } from './volume.ts';
import type { Volume } from './volume.ts';
import { containerLayers } from './unused-layers.ts';

/** What an image takes on the disk, in bytes: its blobs as stored (compressed), and its layers as unpacked. */
export interface ImageDiskUsage {
  readonly id: Digest;
  readonly records: readonly ImageRecord[];
  readonly size: number;
  /** What other images have too. */
  readonly sharedSize: number;
  /** What goes with it. */
  readonly uniqueSize: number;
  /** How many containers were made of it. */
  readonly containers: number;
}

/** What everything takes on the disk, in bytes. */
export interface DiskUsage {
  readonly images: readonly ImageDiskUsage[];
  /** All blobs and all unpacked layers, each counted once, those that nothing has included, but not those of the build cache alone. */
  readonly imagesSize: number;
  /** What of that no container needs. */
  readonly imagesReclaimable: number;
  /** What builds left for later ones; what images have too is counted there. */
  readonly buildCache: readonly BuildCacheEntry[];
  /** With the bytes of the files that each wrote. */
  readonly containers: readonly (Container & { readonly size: number })[];
  /** With the bytes of the files in each. */
  readonly volumes: readonly (Volume & { readonly size: number })[];
}

/** Pieces of the store with their sizes: blobs by digest, layers by `layer:` and id. */
type Pieces = Map<string, number>;

const sum = (sizes: Iterable<number>): number =>
  [...sizes].reduce((total, size) => total + size, 0);

async function layerPieces(engine: Engine): Promise<Pieces> {
  const pieces: Pieces = new Map();
  for (const id of await storedLayers(engine.root)) {
    pieces.set(`layer:${id}`, await storedLayerSize(engine.root, id));
  }
  return pieces;
}

function piecesOf({ blobs, records }: ImageUsage, layers: Pieces): Pieces {
  const pieces: Pieces = new Map(blobs);
  const diffIds = records.map((record) => record.layers);
  for (const id of diffIds.flatMap((ids) => [...ids, ...chainIds(ids)])) {
    const size = layers.get(`layer:${id}`);
    if (size !== undefined) pieces.set(`layer:${id}`, size);
  }
  return pieces;
}

function countOwners(all: readonly Pieces[]): Map<string, number> {
  const owners = new Map<string, number>();
  for (const piece of all.flatMap((pieces) => [...pieces.keys()])) {
    owners.set(piece, (owners.get(piece) ?? 0) + 1);
  }
  return owners;
}

/** Who takes how much of the disk. Takes no lock. Throws CONTAINER_DAMAGED. */
export async function diskUsage(engine: Engine): Promise<DiskUsage> {
  const containers = listContainers(engine);
  const stored = await (await openImageStore(engine)).usage();
  const layers = await layerPieces(engine);
  const pieces = stored.images.map((image) => piecesOf(image, layers));
  const owners = countOwners(pieces);
  const inUse: Pieces = new Map();
  const images = stored.images.map(({ id, records }, index): ImageDiskUsage => {
    const own = [...(pieces[index] ?? [])];
    const used = containers.filter(({ imageId }) => imageId === id).length;
    if (used > 0) for (const [piece, size] of own) inUse.set(piece, size);
    const shared = own.filter(([piece]) => (owners.get(piece) ?? 0) > 1);
    const [size, sharedSize] = [own, shared].map((list) => sum(list.map(([, bytes]) => bytes)));
    return { id, records, size: size ?? 0, sharedSize: sharedSize ?? 0, uniqueSize: (size ?? 0) - (sharedSize ?? 0), containers: used }; // prettier-ignore
  });
  // Of an image that is gone, its containers have the layers.
  for (const layer of containers.flatMap(({ id }) => containerLayers(engine, id))) {
    inUse.set(`layer:${layer}`, layers.get(`layer:${layer}`) ?? 0);
  }
  const cache = await buildCache(engine);
  const cached = cache.filter(({ type, inUse: isImages }) => type === 'regular' && !isImages);
  const cacheSize = sum(cached.map(({ size }) => size));
  const all = stored.size + stored.unreferenced + sum(layers.values());
  const imagesSize = Math.max(0, all - cacheSize);
  return {
    images,
    imagesSize,
    imagesReclaimable: Math.max(0, imagesSize - sum(inUse.values())),
    buildCache: cache,
    volumes: await Promise.all(
      listVolumes(engine).map(async (volume) => ({
        ...volume,
        size: await bytesBelow(volume.mountpoint),
      })),
    ),
    containers: await Promise.all(
      containers.map(async (container) => ({
        ...container,
        size: await bytesBelow(join(containerDirectory(engine, container.id), 'upper')),
      })),
    ),
  };
}
