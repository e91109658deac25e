import type { OnEvent } from '@ctrkit/rootfs';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';

export interface FlattenImageOptions {
  /** @default none */
  readonly name?: string | undefined;
  /** Which image of several. @default this machine's */
  readonly platform?: string | undefined;
  readonly author?: string | undefined;
  /** Stands in its history. @default how many layers there were */
  readonly message?: string | undefined;
  /** Instructions of a Dockerfile that say how it runs; see `applyChanges` of image-store. */
  readonly changes?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

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
