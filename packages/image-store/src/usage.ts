import { imageBlobs, LayoutError } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { OciError } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { ImageRecord } from './image-record.ts';
import { listImages } from './list.ts';
import { byImage } from './names.ts';
import { storedDigests } from './stored-digests.ts';
import { blobSize } from './stored-manifest.ts';

/** What an image takes on the disk, in bytes as stored (compressed). */
export interface ImageUsage {
  readonly id: Digest;
  /** All its names are here: one record each. */
  readonly records: readonly ImageRecord[];
  /** Its blobs and their sizes. */
  readonly blobs: ReadonlyMap<Digest, number>;
  /** All its blobs: manifests, configuration, layers, of every platform that is there. */
  readonly size: number;
  /** Those of them that other images have too. */
  readonly sharedSize: number;
  /** Those that go with it. */
  readonly uniqueSize: number;
}

/** What all images take together. */
export interface StoreUsage {
  readonly images: readonly ImageUsage[];
  /** Bytes of the blobs of images, each counted once. */
  readonly size: number;
  /** Bytes of the other blobs: garbage, or on their way. */
  readonly unreferenced: number;
}

/**
 * Who takes how much. Reads manifests, not layers, and takes no lock: beside a pull it is what was there at the moment.
 */
export async function storeUsage(layout: Layout): Promise<StoreUsage> {
  const images = byImage(await listImages(layout));
  const blobs = new Map<Digest, Map<Digest, number>>();
  const owners = new Map<Digest, number>();
  const all = new Map<Digest, number>();
  for (const [id, records] of images) {
    const own = await blobsOf(layout, records);
    blobs.set(id, own);
    for (const [digest, size] of own) {
      all.set(digest, size);
      owners.set(digest, (owners.get(digest) ?? 0) + 1);
    }
  }
  const usage = [...images].map(([id, records]): ImageUsage => {
    const own = [...(blobs.get(id) ?? [])];
    const shared = own.filter(([digest]) => (owners.get(digest) ?? 0) > 1);
    const [size, sharedSize] = [sum(own), sum(shared)];
    const uniqueSize = size - sharedSize;
    return { id, records, blobs: new Map(own), size, sharedSize, uniqueSize };
  });
  const size = sum([...all]);
  return { images: usage, size, unreferenced: Math.max(0, (await storedBytes(layout)) - size) };
}

const sum = (sizes: readonly (readonly [Digest, number])[]): number =>
  sizes.reduce((total, [, size]) => total + size, 0);

async function blobsOf(
  layout: Layout,
  records: readonly ImageRecord[],
): Promise<Map<Digest, number>> {
  const found = new Map<Digest, number>();
  for (const { target } of records) {
    for (const { digest, size } of await presentBlobs(layout, target)) found.set(digest, size);
  }
  return found;
}

// Of a damaged image only what its own entry tells is known.
async function presentBlobs(layout: Layout, target: Descriptor): Promise<Descriptor[]> {
  try {
    return (await imageBlobs(layout, target)).present;
  } catch (error) {
    if (error instanceof LayoutError || error instanceof OciError) return [];
    throw error;
  }
}

async function storedBytes(layout: Layout): Promise<number> {
  let total = 0;
  for (const digest of storedDigests(layout)) total += (await blobSize(layout, digest)) ?? 0;
  return total;
}
