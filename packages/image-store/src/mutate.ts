import type { Layout } from '@ctrkit/layout';
import type { Platform } from '@ctrkit/oci';
import { commitWritten } from './commit.ts';
import type { CommitOptions } from './commit.ts';
import { findImage, noSuchImage } from './find.ts';
import type { StoredImage } from './find.ts';
import type { ImageRecord } from './image-record.ts';
import { keepLayer } from './keep-layer.ts';

export interface MutateOptions extends Omit<CommitOptions, 'config'> {
  /** Which image of several. @default this machine's */
  platform?: Platform;
}

/** The image that a name or an id means. Throws IMAGE_NOT_FOUND and what `findImage` throws. */
export async function requireImage(
  layout: Layout,
  nameOrId: string,
  platform: Platform | undefined,
): Promise<StoredImage> {
  const image = await findImage(layout, nameOrId, platform === undefined ? {} : { platform });
  if (image === undefined) throw noSuchImage(nameOrId);
  return image;
}

/**
 * Makes an image of another one and a layer on top of it: a tar, plain, gzip or zstd, which is kept byte for byte. Throws IMAGE_NOT_FOUND, and what
 * `keepLayer` and `commitImage` throw.
 */
export async function appendLayer(
  layout: Layout,
  nameOrId: string,
  layer: AsyncIterable<Uint8Array>,
  { platform, ...options }: MutateOptions = {},
): Promise<ImageRecord> {
  const image = await requireImage(layout, nameOrId, platform);
  return await commitWritten(layout, image, options, (signalled) =>
    keepLayer(layout, layer, signalled),
  );
}

/**
 * Makes an image of the same layers that runs otherwise, as `changes` say. Throws IMAGE_NOT_FOUND, CHANGE_INVALID, NAME_INVALID, IMAGE_INCOMPLETE
 * and what `writeBlob` throws.
 */
export async function mutateImage(
  layout: Layout,
  nameOrId: string,
  { platform, ...options }: MutateOptions = {},
): Promise<ImageRecord> {
  const image = await requireImage(layout, nameOrId, platform);
  return await commitWritten(layout, image, options, () => Promise.resolve(undefined));
}
