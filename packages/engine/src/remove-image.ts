import { openImageStore } from '@ctrkit/image-store';
import type { RemoveResult } from '@ctrkit/image-store';
import type { Engine } from './engine.ts';
import { imageUsers } from './image-users.ts';

export interface RemoveImageOptions {
  /** Also what stopped containers use; by id, also when the image has several names. @default false */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Removes a name and, with its last name, an image: see `removeImage` of `@ctrkit/image-store`. Containers that were
 * made of it keep their layers. Its unpacked layers go with `collectUnusedLayers`.
 * Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID, IMAGE_HAS_SEVERAL_NAMES, IMAGE_IN_USE, NAME_INVALID.
 */
export async function removeImage(
  engine: Engine,
  nameOrId: string,
  options: RemoveImageOptions = {},
): Promise<RemoveResult> {
  const store = await openImageStore(engine);
  const removed = await store.remove(nameOrId, { ...options, users: () => imageUsers(engine) });
  const isUsed = imageUsers(engine).some(({ image }) => removed.images.includes(image));
  return isUsed ? { ...removed, layers: [] } : removed;
}
