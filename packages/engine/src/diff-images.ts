import type { Platform } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import type { ImageDifference } from './image-difference.ts';

/**
 * What differs between two images of the store: files, by their layers, and configuration. Nothing is unpacked.
 * Throws IMAGE_NOT_FOUND, what `ImageStore.find` throws, and rootfs' LAYERS_MISMATCH and LAYER_INVALID.
 */
export async function diffStoredImages(
  engine: Engine,
  before: string,
  after: string,
  options: { platform?: Platform; signal?: AbortSignal } = {},
): Promise<ImageDifference> {
  // Other commands need not wait for what reads layers to load.
  return await (await import('./diff-stored.ts')).diffStored(engine, before, after, options);
}
