import type { Engine } from './engine.ts';
import type { VerifiedImages, VerifyImagesOptions } from './verified-images.ts';

/**
 * Verifies what the image store holds, and the layers that are unpacked from it, against every digest that there is.
 * With `repair`, blobs are fetched again by digest from the registry that their image is named after, and damaged
 * layers are made again from them. A layer under a running container, or claimed by another command, is left alone. Throws what `ImageStore.verify`
 * and `ensureLayers` throw and, with `repair`, REGISTRIES_INVALID.
 */
export async function verifyImages(
  engine: Engine,
  options: VerifyImagesOptions = {},
): Promise<VerifiedImages> {
  // Other commands need not wait for what reads layers to load.
  return await (await import('./verify-stored.ts')).verifyStored(engine, options);
}
