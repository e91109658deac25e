import { LayoutError, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, Reference } from '@ctrkit/oci';

/** An image that may have blobs in its repository already. */
export interface Mountable {
  readonly manifest: Descriptor;
  readonly reference: Reference;
}

/**
 * From which repository of the same registry a layer may be taken over: whoever built on an image of it has its layers
 * there already. An image that is gone or damaged by now has none to offer.
 */
export async function mountSources(
  layout: Layout,
  images: readonly Mountable[],
  { registry, repository }: Pick<Reference, 'registry' | 'repository'>,
): Promise<(blob: Pick<Descriptor, 'digest'>) => string | undefined> {
  const sources = new Map<Digest, string>();
  for (const { manifest, reference } of images) {
    if (reference.registry !== registry || reference.repository === repository) continue;
    for (const digest of await layersOf(layout, manifest))
      sources.set(digest, reference.repository);
  }
  return ({ digest }) => sources.get(digest);
}

async function layersOf(layout: Layout, manifest: Descriptor): Promise<Digest[]> {
  try {
    const bytes = await readSmallBlob(layout, manifest);
    const content = parseManifestOrIndex(bytes, manifest.mediaType);
    return content.kind === 'manifest' ? content.manifest.layers.map(({ digest }) => digest) : [];
  } catch (error) {
    // Taking over is a short cut; what is pushed is read by itself.
    if (error instanceof LayoutError) return [];
    throw error;
  }
}
