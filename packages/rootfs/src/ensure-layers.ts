import type { Layout } from '@ctrkit/layout';
import { findStored, layersOf, lowerDirectories } from './image-layers.ts';
import type { LayeredImage } from './image-layers.ts';
import type { StoredLayer } from './find-layer.ts';
import { layersFrom, layersIn } from './layer-bytes.ts';
import { storageOf } from './storage.ts';
import { claimLayers } from './layer-claims.ts';
import type { EnsureLayersOptions } from './ensure-layers-options.ts';

/**
 * Sees to it that every layer of an image is unpacked, several at a time, and returns the lower directories of its
 * overlay, the lowest first; where no overlays are made, the one directory that has them all. Killed at any moment, it leaves only whole layers. The layers are trusted within
 * this boot at once, and marked for later ones when they are on disk.
 * Throws LAYERS_MISMATCH and what `unpackInto` throws.
 */
export async function ensureLayers(
  layout: Layout,
  image: LayeredImage,
  options: EnsureLayersOptions,
): Promise<string[]> {
  const own =
    options.claim === undefined ? await claimLayers(options.root, image, options) : undefined;
  try {
    return await ensure(layout, image, options);
  } finally {
    own?.release();
  }
}

async function ensure(
  layout: Layout,
  image: LayeredImage,
  options: EnsureLayersOptions,
): Promise<string[]> {
  const layers = layersOf(image);
  const { source, arrived } = options;
  const use = source === undefined ? layersIn(layout, arrived) : layersFrom(source);
  const stored = layers.map((layer) => findStored(options.root, layer));
  for (const [i, layer] of stored.entries()) {
    if (layer !== undefined)
      options.onEvent?.({ type: 'layer', id: layers[i]?.diffId ?? '', status: 'exists' });
  }
  if (storageOf(options.root) === 'copy') {
    const whole = stored.at(-1)?.directory;
    if (whole !== undefined || layers.length === 0) return whole === undefined ? [] : [whole];
    const { makeWhole } = await import('./whole-image.ts');
    return [await makeWhole(layers, stored, { ...options, use })];
  }
  if (stored.some((layer) => layer === undefined)) {
    // Most runs unpack nothing, and need not wait for what unpacks to load.
    const { Unpacking } = await import('./unpacking.ts');
    await new Unpacking(layers, stored, use, options).run();
  }
  return lowerDirectories(stored as StoredLayer[]);
}
