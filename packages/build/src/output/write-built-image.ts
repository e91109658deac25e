import { named, parseName, withEntries, writeImage } from '@ctrkit/image-store';
import type { ImageStore } from '@ctrkit/image-store';
import { updateIndex } from '@ctrkit/layout';
import type { Descriptor, Digest, ImageConfig } from '@ctrkit/oci';
import { inlineCache } from '../cache/inline-cache.ts';
import { imageConfigOf, imageIdOf } from '../state.ts';
import type { State } from '../state.ts';
import type { World } from '../world.ts';

/** An image that was built. */
export interface BuiltImage {
  /** The digest of its configuration. */
  readonly imageId: Digest;
  readonly manifest: Descriptor;
  readonly config: ImageConfig;
}

/** Writes an image that nothing names yet. */
export async function writeBuiltImage(
  { store, used, options }: Pick<World, 'store' | 'used' | 'options'>,
  state: State,
): Promise<BuiltImage> {
  const config = imageConfigOf(state);
  const layers = state.layers.map(({ descriptor }) => descriptor);
  const isInline = options.cacheTo?.some(({ type }) => type === 'inline') === true;
  const annotations = isInline ? inlineCache([...used.values()], state.layers) : undefined;
  const manifest = await writeImage(store.layout, config, layers, annotations);
  return { imageId: imageIdOf(state), manifest, config };
}

/** Gives it its names, all at once; without any it is there by its id. Throws NAME_INVALID. */
export async function nameImage(
  { layout }: ImageStore,
  { manifest }: BuiltImage,
  names: readonly string[],
): Promise<void> {
  const references = names.length === 0 ? [undefined] : names.map(parseName);
  const entries = references.map((reference) => named(manifest, reference));
  await updateIndex(layout, (index) => {
    const isThere = (entry: Descriptor): boolean =>
      index.manifests.some((one) => JSON.stringify(one) === JSON.stringify(entry));
    if (entries.every(isThere)) return index;
    return { ...index, manifests: withEntries(index.manifests, entries) };
  });
}
