import type { ListedEntry } from '@ctrkit/rootfs';
import type { Engine } from './engine.ts';

/** What a layer of an image has, or takes away, at one path. */
export interface ListedFile extends ListedEntry {
  /** The number of the layer; 1 is the lowest. */
  readonly layer: number;
}

export interface ListImageFilesOptions {
  /** A number, 1 for the lowest, -1 for the uppermost; or the beginning of a diff id or of a blob's digest. @default all */
  readonly layer?: string | undefined;
  readonly platform?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
