import { posix } from 'node:path';
import { randomHex } from '@ctrkit/durable';
import type { ImageConfig } from '@ctrkit/oci';
import type { ContainerMount, MountPoint } from './container-mount.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { checkTarget } from './mounts.ts';
import { checkVolumeName } from './volume-record.ts';

/** A container whose mounts another one has too. */
export interface VolumesFrom {
  /** Name or id. */
  readonly container: string;
  /** @default false: as that container has them */
  readonly readOnly?: boolean | undefined;
}

/** What mounts a container is made with. */
export interface MountChoices {
  readonly mounts?: readonly ContainerMount[] | undefined;
  readonly volumesFrom?: readonly VolumesFrom[] | undefined;
}

function named(mount: ContainerMount): MountPoint {
  const target = checkTarget(mount.target);
  if (mount.type !== 'volume') return { ...mount, target };
  if (mount.name !== undefined) checkVolumeName(mount.name);
  return mount.name === undefined
    ? { ...mount, target, name: randomHex(32), anonymous: true }
    : { ...mount, target, name: mount.name };
}

// Asked for twice is a mistake, but for a volume without a name, which is there only where nothing else is.
function checkTwice(mounts: readonly ContainerMount[]): void {
  const seen = new Set<string>();
  for (const { target } of mounts) {
    const place = posix.resolve(target);
    if (seen.has(place)) throw new EngineError('MOUNT_INVALID', `Duplicate mount point: ${place}`);
    seen.add(place);
  }
}

const isSpare = (mount: ContainerMount): boolean =>
  mount.type === 'volume' && mount.name === undefined && mount.option === 'volume';

function inherited(engine: Engine, { container, readOnly = false }: VolumesFrom): MountPoint[] {
  const { mounts = [] } = findContainer(engine, container);
  return mounts
    .filter(({ option }) => option !== 'tmpfs')
    .map((mount) => ({
      ...mount,
      text: readOnly ? `${container}:ro` : container,
      option: 'volumes-from',
      readOnly: readOnly || mount.readOnly === true,
    }));
}

const MOST_OF_IMAGE = 1000;

// What every container has at these places is a part of its sandbox: a user may replace it, an image may not.
function checkImagePlace(path: string): void {
  if (path !== '/dev' && path !== '/sys') return;
  throw new EngineError('MOUNT_INVALID', `the image has a volume at ${path}, which is not its own`);
}

function ofImage({ config }: ImageConfig): ContainerMount[] {
  const paths = Object.keys(config.Volumes ?? {});
  if (paths.length > MOST_OF_IMAGE) {
    throw new EngineError('MOUNT_INVALID', `the image has more than ${MOST_OF_IMAGE} volumes`);
  }
  return paths.map((path) => {
    const target = posix.resolve('/', path);
    checkImagePlace(target);
    return { type: 'volume', target, option: 'image' };
  });
}

/**
 * The mounts of a container that is to be made: those asked for; those of other containers and anonymous volumes where the
 * image or the user has some, each unless there is something at its place already. Makes nothing. Throws
 * MOUNT_INVALID, VOLUME_INVALID, CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS.
 */
export function mountPoints(
  engine: Engine,
  image: ImageConfig,
  { mounts = [], volumesFrom = [] }: MountChoices,
): MountPoint[] {
  const asked = mounts.filter((mount) => !isSpare(mount));
  checkTwice(asked);
  const points = new Map<string, MountPoint>();
  const others = volumesFrom.flatMap((from) => inherited(engine, from));
  for (const mount of [
    ...asked,
    ...others.toReversed(),
    ...mounts.filter(isSpare),
    ...ofImage(image),
  ]) {
    const point = named(mount);
    if (!points.has(point.target)) points.set(point.target, point);
  }
  return [...points.values()];
}
