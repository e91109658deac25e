import type { ImageUser } from '@ctrkit/image-store';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import { listContainers } from './list.ts';

/** The containers, as users of their images. */
export function imageUsers(engine: Engine): ImageUser[] {
  return listContainers(engine).map(({ id, imageId, state }) => ({
    container: id,
    image: imageId as Digest,
    running: state.status === 'running',
  }));
}
