import { decompress, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { layerCompression } from '@ctrkit/oci';
import { layersOf } from '../image-layers.ts';
import type { ImageLayer, LayeredImage } from '../image-layers.ts';
import { diffFiles } from './diff-files.ts';
import type { FileChange } from './diff-files.ts';
import { readLayerFiles } from './layer-files.ts';
import type { LayerFiles } from './layer-files.ts';
import { layOver } from './merge-layers.ts';
import type { ImageFiles } from './merge-layers.ts';

/**
 * The files that differ between two images, by what their layers say; nothing is unpacked, and a layer that both
 * have is read once. Contents count, times do not. Throws LAYERS_MISMATCH, LAYER_INVALID, and what layout's
 * `readBlob` and `decompress` throw.
 */
export async function diffImages(
  layout: Layout,
  before: LayeredImage,
  after: LayeredImage,
  { signal }: { signal?: AbortSignal } = {},
): Promise<FileChange[]> {
  const known = new Map<string, Promise<LayerFiles>>();
  const read = (layer: ImageLayer): Promise<LayerFiles> => {
    const files = known.get(layer.diffId) ?? readLayer(layout, layer, signal);
    known.set(layer.diffId, files);
    return files;
  };
  const [old, young] = [await filesOf(before, read), await filesOf(after, read)];
  return diffFiles(old, young);
}

async function filesOf(
  image: LayeredImage,
  read: (layer: ImageLayer) => Promise<LayerFiles>,
): Promise<ImageFiles> {
  const files: ImageFiles = new Map();
  for (const layer of layersOf(image)) layOver(files, await read(layer));
  return files;
}

async function readLayer(
  layout: Layout,
  { descriptor }: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<LayerFiles> {
  const compression = layerCompression(descriptor.mediaType);
  return await readLayerFiles(decompress(readBlob(layout, descriptor), compression), { signal });
}
