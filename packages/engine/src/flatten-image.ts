import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import type { FlattenImageOptions } from './flatten-image-options.ts';

/**
 * Makes an image of one layer that has all files of another, and runs as that: what its layers hid from one another is gone. Returns its
 * id. The name comes last; after an error no image shows. Throws IMAGE_NOT_FOUND, RootfsError, and what image-store's `commit` throws.
 */
export async function flattenImage(
  engine: Engine,
  nameOrId: string,
  options: FlattenImageOptions = {},
): Promise<Digest> {
  // Other commands need not wait for what reads trees to load.
  return await (await import('./write-flat-image.ts')).writeFlatImage(engine, nameOrId, options);
}
