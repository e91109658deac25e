import { mkdirSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { errnoOf, explainSystemError } from '@ctrkit/durable';
import type { BindMount, MountPoint, VolumePoint } from './container-mount.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { fillVolume } from './fill-volume.ts';
import type { RunnableImage } from './image.ts';
import { claimVolumes } from './volume-claims.ts';
import { createVolume, noSuchVolume } from './volume.ts';
import { readVolume } from './volume-record.ts';

/** Whose mounts they are. */
export interface MountOwner {
  readonly id: string;
  readonly image: Pick<RunnableImage, 'layers'>;
}

const isVolume = (mount: MountPoint): mount is VolumePoint => mount.type === 'volume';
const isBind = (mount: MountPoint): mount is BindMount => mount.type === 'bind';

const invalidBind = (code: 'MOUNT_INVALID' | 'MOUNT_SOURCE_NOT_FOUND', what: string): EngineError =>
  new EngineError(code, `invalid mount config for type "bind": ${what}`);

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false;
    throw explainSystemError(error, path);
  }
}

function prepareBind({ source, createSource = false }: BindMount): void {
  if (source === '') throw invalidBind('MOUNT_INVALID', 'field Source must not be empty');
  if (!isAbsolute(source)) {
    throw invalidBind(
      'MOUNT_INVALID',
      `invalid mount path: '${source}' mount path must be absolute`,
    );
  }
  if (isThere(source)) return;
  if (createSource) explained(source, () => mkdirSync(source, { recursive: true, mode: 0o755 }));
  else throw invalidBind('MOUNT_SOURCE_NOT_FOUND', `bind source path does not exist: ${source}`);
}

async function prepareVolume(
  engine: Engine,
  mount: VolumePoint,
  { id, image }: MountOwner,
): Promise<void> {
  const { name, labels, option, anonymous = false } = mount;
  if (option !== 'volumes-from') {
    const removeWith = anonymous ? id : undefined;
    await createVolume(engine, { name, labels, anonymous, removeWith });
  } else if (readVolume(engine, name) === undefined) {
    // Removed before it was claimed.
    throw noSuchVolume(name);
  }
  await fillVolume(engine, mount, image.layers);
}

/**
 * Makes what the mounts of a container need: sources, where that was asked for, and volumes, which are kept for it until the
 * claim is released: by then it is there itself, or will not be. Throws MOUNT_INVALID, MOUNT_SOURCE_NOT_FOUND,
 * VOLUME_DAMAGED, DurableError, RootfsError.
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
