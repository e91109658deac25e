import type { Layout } from '@ctrkit/layout';
import { isIndexType, isManifestType, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageManifest } from '@ctrkit/oci';
import { ImageStoreError } from './image-store-error.ts';
import { readStoredManifest } from './stored-manifest.ts';

/**
 * The digests of everything that can be reached from these manifests, indexes or other blobs, they
 * themselves included, whether it is there or not. A digest without a media type is looked into in
 * case it is a manifest. `onManifest` gets every image's manifest that is there. Throws IMAGE_DAMAGED: a manifest with wrong bytes might refer to anything.
 */
export async function reachableFrom(
  layout: Layout,
  roots: Iterable<Descriptor | Digest>,
  onManifest: (manifest: ImageManifest) => void = () => {},
): Promise<Set<Digest>> {
  const reached = new Set<Digest>();
  const queue: (Descriptor | Digest)[] = [...roots];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const digest = typeof next === 'string' ? next : next.digest;
    if (reached.has(digest)) continue;
    reached.add(digest);
    const canRefer =
      typeof next === 'string' || isIndexType(next.mediaType) || isManifestType(next.mediaType);
    if (canRefer) queue.push(...(await referencesOf(layout, digest, onManifest)));
  }
  return reached;
}

async function referencesOf(
  layout: Layout,
  digest: Digest,
  onManifest: (manifest: ImageManifest) => void,
): Promise<Descriptor[]> {
  try {
    const stored = await readStoredManifest(layout, digest);
    if (stored === undefined) return [];
    const content = parseManifestOrIndex(stored.bytes, stored.mediaType);
    if (content.kind === 'index') return content.index.manifests;
    onManifest(content.manifest);
    return [content.manifest.config, ...content.manifest.layers];
  } catch (cause) {
    throw damaged(digest, cause);
  }
}

/** The error for a blob that cannot be read, so that nobody knows what it refers to. */
export function damaged(digest: Digest, cause: unknown): ImageStoreError {
  return new ImageStoreError('IMAGE_DAMAGED', `blob ${digest}: cannot be read as it should`, {
    digest,
    hint: 'remove the image that it belongs to, or pull that image again',
    cause,
  });
}
