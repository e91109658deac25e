import type { Engine } from './engine.ts';
import type { ListedFile, ListImageFilesOptions } from './listed-file.ts';

/**
 * What each layer of an image has and removes, the lowest first, each by its paths; nothing is unpacked. Throws IMAGE_NOT_FOUND, LAYER_NOT_FOUND, and
 * what rootfs's `listLayerFiles` throws.
 */
export async function listImageFiles(
  engine: Engine,
  nameOrId: string,
  options: ListImageFilesOptions = {},
): Promise<ListedFile[]> {
  // Other commands need not wait for what reads layers to load.
  return await (await import('./list-image-files.ts')).listFiles(engine, nameOrId, options);
}
