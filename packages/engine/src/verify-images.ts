import type { VerifyResult } from '@ctrkit/image-store';
import type { LayerDamage } from '@ctrkit/rootfs';
import type { Engine } from './engine.ts';

export interface VerifyImagesOptions {
  /** Names or ids. @default all images, and what lies beside them */
  readonly images?: readonly string[];
  /** Fetches again what is damaged or missing, and makes damaged layers again. @default nothing is changed */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
}

/** An unpacked layer that is not what its blob says, and what became of it. */
export interface DamagedLayer extends LayerDamage {
  /** The images that have it, by name or, nameless, by id. */
  readonly images: readonly string[];
  readonly repaired: boolean;
  /** Why it was not made again, where that was asked for. */
  readonly repairError?: string;
}

export interface VerifiedImages extends VerifyResult {
  readonly layers: readonly DamagedLayer[];
}

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
