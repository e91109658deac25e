import { hasBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { mediaTypes } from '@ctrkit/oci';
import type { Descriptor, HistoryEntry, ImageConfig, ImageManifest } from '@ctrkit/oci';
import { ImageStoreError } from './image-store-error.ts';

/**
 * Requires what an image on top of this one will refer to: its configuration, and its layers but those that may be
 * absent. To be called under a lease: what is there then stays. Throws IMAGE_INCOMPLETE.
 */
export async function requireBase(layout: Layout, manifest: ImageManifest): Promise<void> {
  for (const blob of [manifest.config, ...manifest.layers]) {
    if ((blob.urls ?? []).length > 0 || (await hasBlob(layout, blob))) continue;
    const { digest } = manifest.config;
    throw new ImageStoreError('IMAGE_INCOMPLETE', `image ${digest}: lacks blob ${blob.digest}`, {
      image: digest,
      digest: blob.digest,
      hint: 'it was removed, wholly or in part; pull it again',
    });
  }
}

const types: ReadonlyMap<string, string> = new Map<string, string>([
  [mediaTypes.dockerLayer, mediaTypes.layerGzip],
  [mediaTypes.dockerLayerTar, mediaTypes.layer],
  [mediaTypes.dockerLayerZstd, mediaTypes.layerZstd],
  [mediaTypes.dockerForeignLayer, mediaTypes.nondistributableLayerGzip],
]);

/** The layers as an OCI manifest lists them: docker's have the same bytes and other media types. */
export function ociLayers({ layers }: ImageManifest): Descriptor[] {
  return layers.map((layer) => ({
    ...layer,
    mediaType: types.get(layer.mediaType) ?? layer.mediaType,
  }));
}

/**
 * The history of an image with a step for each of its layers: whoever reads a history counts steps and layers together,
 * and an image may tell fewer, or none.
 */
export function wholeHistory({ history = [], rootfs }: ImageConfig): HistoryEntry[] {
  const told = history.filter((step) => step.empty_layer !== true).length;
  const untold = Math.max(0, rootfs.diff_ids.length - told);
  return [...history, ...Array.from({ length: untold }, (): HistoryEntry => ({}))];
}
