import type { Digest } from '@ctrkit/oci';
import { ImageStoreError } from './image-store-error.ts';

/** Who was made of an image: a container, to this store only an id. */
export interface ImageUser {
  readonly container: string;
  /** The id of the image. */
  readonly image: Digest;
  readonly running: boolean;
}

const short = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

/** The error for a name that is an image's last while a container uses it, in docker's words. */
export function nameInUse(name: string, { container, image }: ImageUser): ImageStoreError {
  const why =
    `conflict: unable to remove repository reference "${name}" (must force) - ` +
    `container ${short(container)} is using its referenced image ${short(image)}`;
  return new ImageStoreError('IMAGE_IN_USE', why, { image: name, container });
}

/** The error for an image that a container uses, in docker's words. */
export function imageInUse({ container, image, running }: ImageUser): ImageStoreError {
  const [force, state] = running ? ['cannot be forced', 'running'] : ['must be forced', 'stopped'];
  const why =
    `conflict: unable to delete ${short(image)} (${force}) - ` +
    `image is being used by ${state} container ${short(container)}`;
  return new ImageStoreError('IMAGE_IN_USE', why, { image, container });
}

/** The error for an id that several repositories or tags name, in docker's words. */
export function severalNames(id: Digest, names: string[]): ImageStoreError {
  const why =
    `conflict: unable to delete ${short(id)} (must be forced) - ` +
    'image is referenced in multiple repositories';
  return new ImageStoreError('IMAGE_HAS_SEVERAL_NAMES', why, {
    image: id,
    available: names,
    hint: `remove them by name (${names.join(', ')}), or use --force`,
  });
}
