import { prepareBind } from './bind-source.ts';
import type { BindMount, MountPoint, VolumePoint } from './container-mount.ts';
import type { Engine } from './engine.ts';
import { fillVolume, finishFilling } from './fill-volume.ts';
import type { RunnableImage } from './image.ts';
import { claimVolumes } from './volume-claims.ts';
import { createVolume, noSuchVolume } from './volume.ts';
import { readVolume } from './volume-record.ts';

/** Whose mounts they are. */
export interface MountOwner {
  readonly id: string;
  readonly image: Pick<RunnableImage, 'layers'>;
  /** Gives up what is being copied. */
  readonly signal?: AbortSignal | undefined;
}

const isVolume = (mount: MountPoint): mount is VolumePoint => mount.type === 'volume';
const isBind = (mount: MountPoint): mount is BindMount => mount.type === 'bind';

async function prepareVolume(
  engine: Engine,
  mount: VolumePoint,
  { id, image, signal }: MountOwner,
): Promise<void> {
  const { name, labels, option, anonymous = false } = mount;
  if (option !== 'volumes-from') {
    const removeWith = anonymous ? id : undefined;
    await createVolume(engine, { name, labels, anonymous, removeWith });
  } else if (readVolume(engine, name) === undefined) {
    // Removed before it was claimed.
    throw noSuchVolume(name);
  }
  await fillVolume(engine, mount, image.layers, signal === undefined ? {} : { signal });
}

/**
 * Sees to what the mounts of a container that was made before need to be mounted again: sources, and volumes whose filling
 * was cut off. Throws as `prepareMounts`.
 */
export async function readyMounts(
  engine: Engine,
  mounts: readonly MountPoint[] = [],
): Promise<void> {
  mounts.filter(isBind).forEach(prepareBind);
  await finishFilling(engine, mounts);
}

/**
 * Makes what the mounts of a container need: sources, where that was asked for, and volumes, which are kept for it until the
 * claim is released: by then it is there itself, or will not be. Throws MOUNT_INVALID, MOUNT_SOURCE_NOT_FOUND,
 * VOLUME_DAMAGED, DurableError, RootfsError, the reason of `signal`.
 */
export async function prepareMounts(
  engine: Engine,
  mounts: readonly MountPoint[],
  owner: MountOwner,
): Promise<Disposable> {
  mounts.filter(isBind).forEach(prepareBind);
  const volumes = mounts.filter(isVolume);
  if (volumes.length === 0) return { [Symbol.dispose]: () => {} };
  const claim = await claimVolumes(
    engine,
    owner.id,
    volumes.map(({ name }) => name),
  );
  try {
    for (const mount of volumes) await prepareVolume(engine, mount, owner);
    return claim;
  } catch (error) {
    claim.release();
    throw error;
  }
}
