import { LayoutError, readIndex, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { chainIds, OciError, parseImageConfig } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { cachedContent } from './build-cache/step-files.ts';
import { damaged, reachableFrom } from './content.ts';
import { acquireGarbageLock, readLeases } from './lease.ts';
import { blobSize, MANIFEST_LIMIT } from './stored-manifest.ts';

/**
 * The layers of every image, of every cached step of a build and of every living lease, by diff id and by chain id: what must stay of what was unpacked
 * from here. `undefined` while a lease keeps all there is. Throws IMAGE_DAMAGED, LEASE_INVALID: what cannot be read might
 * need anything.
 */
export async function neededLayers(layout: Layout): Promise<Set<Digest> | undefined> {
  await using _ = await acquireGarbageLock(layout);
  const leased = await readLeases(layout);
  if (leased.everything) return undefined;
  const { manifests } = await readIndex(layout);
  const needed = new Set<Digest>(cachedContent(layout).layers);
  // Of a pull the configuration is there before the manifest; of a lease only digests are known.
  const configs = new Set(leased.digests);
  await reachableFrom(layout, [...manifests, ...leased.digests], ({ config }) => {
    configs.add(config.digest);
  });
  for (const digest of configs) {
    for (const layer of await layersOf(layout, digest)) needed.add(layer);
  }
  return needed;
}

async function layersOf(layout: Layout, digest: Digest): Promise<Digest[]> {
  const size = await blobSize(layout, digest);
  if (size === undefined || size > MANIFEST_LIMIT) return [];
  try {
    const config = parseImageConfig(await readSmallBlob(layout, { digest, size }));
    return [...config.rootfs.diff_ids, ...chainIds(config.rootfs.diff_ids)];
  } catch (error) {
    // A blob that is no configuration: an artifact's, or a layer's.
    if (error instanceof OciError) return [];
    if (error instanceof LayoutError && error.code === 'BLOB_NOT_FOUND') return [];
    throw damaged(digest, error);
  }
}
