import { existsSync, mkdirSync, opendirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, errnoOf, explainSystemError, sweepTemporaries, syncDirectory, temporaryName } from '@ctrkit/durable'; // prettier-ignore
import { copyTree, layersTree, moveContents, removeTree } from '@ctrkit/rootfs';
import type { MountPoint, VolumePoint } from './container-mount.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { volumeDirectory, volumeFiles } from './volume-record.ts';

/** What goes into a volume, whole, beside its files: as long as it is there, the volume is not filled. */
const fillOf = (engine: Engine, name: string): string =>
  join(volumeDirectory(engine, name), '_fill');

// One name is enough. What is closed to us has been filled, or given to somebody.
function isEmpty(engine: Engine, name: string): boolean {
  const path = volumeFiles(engine, name);
  try {
    const directory = opendirSync(path);
    const first = directory.readSync();
    directory.closeSync();
    return first === null;
  } catch (error) {
    if (errnoOf(error) === 'EACCES') return false;
    throw explainSystemError(error, path);
  }
}

const isCopied = ({ noCopy = false, subpath, option }: VolumePoint): boolean =>
  !noCopy && subpath === undefined && option !== 'volumes-from';

async function copyInto(
  engine: Engine,
  { name, target }: VolumePoint,
  layers: readonly string[],
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  const directory = volumeDirectory(engine, name);
  await sweepTemporaries(directory, removeTree);
  const temporary = temporaryName(join(directory, 'x'));
  try {
    explained(directory, () => mkdirSync(temporary, { mode: 0o700 }));
    if (!(await copyTree(layersTree(layers), target, temporary, options))) return;
    explained(directory, () => renameSync(temporary, fillOf(engine, name)));
    await syncDirectory(directory);
  } finally {
    await removeTree(temporary);
  }
}

/**
 * Puts what an image has at a volume's target into the volume, if that is empty. First it is copied whole, beside the volume's
 * files; then it is moved among them, and whoever comes next does what is left of that: never is a part of it taken for all.
 * Links of the image lead nowhere outside of it (CVE-2022-23648). Throws DurableError, RootfsError, the reason of `signal`.
 */
export async function fillVolume(
  engine: Engine,
  mount: VolumePoint,
  layers: readonly string[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { name } = mount;
  const isBegun = (): boolean => existsSync(fillOf(engine, name));
  const isWanted = (): boolean => isCopied(mount) && isEmpty(engine, name);
  if (!isBegun() && !isWanted()) return;
  const directory = volumeDirectory(engine, name);
  await using _lock = await acquireLock(join(directory, 'lock'));
  if (!isBegun() && isWanted()) await copyInto(engine, mount, layers, options);
  if (isBegun()) await moveContents(directory, { from: '_fill', to: '_data' });
}

/** Does what is left of filling the volumes of a container that was made before. Throws as `fillVolume`. */
export async function finishFilling(
  engine: Engine,
  mounts: readonly MountPoint[] = [],
): Promise<void> {
  for (const mount of mounts) {
    if (mount.type === 'volume') await fillVolume(engine, { ...mount, noCopy: true }, []);
  }
}
