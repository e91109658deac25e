import { hasBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { ImageManifest } from '@ctrkit/oci';
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
