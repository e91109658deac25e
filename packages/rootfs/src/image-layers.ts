import { chainIds } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { ResolvedImage } from '@ctrkit/layout';
import { findLayer } from './find-layer.ts';
import type { StoredLayer } from './find-layer.ts';
import { RootfsError } from './rootfs-error.ts';
import { storageOf } from './storage.ts';

/** The parts of an image that say what its layers are. */
export type LayeredImage = Pick<ResolvedImage, 'manifest' | 'config'>;

/** One layer of an image, with its ids. */
export interface ImageLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly chainId: Digest;
}

/** The layers of an image with their ids, the lowest first. Throws LAYERS_MISMATCH. */
export function layersOf({ manifest, config }: LayeredImage): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new RootfsError(
      'LAYERS_MISMATCH',
      `image: its manifest has ${manifest.layers.length} layers, its config ${diffIds.length}`,
      { hint: 'the image was made wrongly' },
    );
  }
  const chains = chainIds(diffIds);
  return manifest.layers.map((descriptor, i) => ({
    descriptor,
    diffId: diffIds[i] as Digest,
    chainId: chains[i] as Digest,
  }));
}

/** A layer where it is unpacked already: alone, or upon those below it; where no overlays are made, together with them. */
export function findStored(
  root: string,
  { diffId, chainId }: Pick<ImageLayer, 'diffId' | 'chainId'>,
): StoredLayer | undefined {
  if (storageOf(root) === 'copy') return findLayer(root, chainId);
  const alone = findLayer(root, diffId);
  return alone ?? (chainId === diffId ? undefined : findLayer(root, chainId));
}

/** Whether all that a container of an image stands on is unpacked. Throws LAYERS_MISMATCH. */
export function isUnpacked(root: string, image: LayeredImage): boolean {
  const layers = layersOf(image);
  const needed = storageOf(root) === 'copy' ? layers.slice(-1) : layers;
  return needed.every((layer) => findStored(root, layer) !== undefined);
}

/**
 * The lower directories of an overlay, the lowest first. overlayfs takes no directory twice: of equal layers the
 * uppermost counts, which has all that the others have. An opaque root is not known to it: there the stack ends.
 */
export function lowerDirectories(layers: readonly StoredLayer[]): string[] {
  const base = layers.findLastIndex((layer) => layer.opaque);
  const directories = layers.slice(Math.max(base, 0)).map((layer) => layer.directory);
  return directories.filter((directory, i) => directories.lastIndexOf(directory) === i);
}
