import { existsSync } from 'node:fs';
import { moveToTrash, sweepTemporaries } from '@ctrkit/durable';
import { bytesBelow, removeTree } from '@ctrkit/rootfs';
import { EngineError } from './engine-error.ts';
import { containerDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { MountPoint } from './container-mount.ts';
import type { ContainerRecord } from './container-record.ts';
import { lockVolumes, sweepVolumeClaims, volumeUsers } from './volume-claims.ts';
import { noSuchVolume, orphanVolumes } from './volume.ts';
import type { Volume } from './volume.ts';
import {
  readVolume,
  readWholeVolume,
  volumeDirectory,
  volumesDirectory,
  writeVolume,
} from './volume-record.ts';

/**
 * Removes a volume that no container has, running or not, with all that is in it: out of sight in one step, then its files.
 * Throws VOLUME_NOT_FOUND, VOLUME_IN_USE, VOLUME_DAMAGED, DurableError.
 */
export async function removeVolume(engine: Engine, name: string): Promise<void> {
  if (readVolume(engine, name) === undefined) throw noSuchVolume(name);
  const resting = await takeAway(engine, name);
  // The volume is gone; files of it that resist are the next sweep's, which says what is wrong.
  await removeTree(resting).catch(() => {});
}

async function takeAway(engine: Engine, name: string): Promise<string> {
  await using _lock = await lockVolumes(engine);
  const users = volumeUsers(engine).get(name);
  if (users !== undefined) {
    const message = `remove ${name}: volume is in use - [${[...users].join(', ')}]`;
    throw new EngineError('VOLUME_IN_USE', message);
  }
  if (readVolume(engine, name) === undefined) throw noSuchVolume(name);
  return await moveToTrash(volumeDirectory(engine, name), trashDirectory(engine));
}

const isLeft = (error: unknown): boolean =>
  error instanceof EngineError && ['VOLUME_IN_USE', 'VOLUME_NOT_FOUND'].includes(error.code);

/** Removes volumes of a list, but for those that somebody has by now. Returns what was removed. */
async function removeUnused(engine: Engine, names: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const name of names) {
    try {
      await removeVolume(engine, name);
      removed.push(name);
    } catch (error) {
      if (!isLeft(error)) throw error;
    }
  }
  return removed;
}

/** Volumes that were removed, and the bytes of their files. */
export interface PrunedVolumes {
  readonly deleted: readonly string[];
  readonly reclaimed: number;
}

/** Removes volumes of a list that still no container has. */
export async function pruneVolumes(
  engine: Engine,
  volumes: readonly Pick<Volume, 'name' | 'mountpoint'>[],
): Promise<PrunedVolumes> {
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const { name, mountpoint } of volumes) {
    const size = await bytesBelow(mountpoint);
    const removed = await removeUnused(engine, [name]);
    deleted.push(...removed);
    if (removed.length > 0) reclaimed += size;
  }
  return { deleted, reclaimed };
}

// Whoever asks for one by its name means it to stay, also where nobody chose that name.
const anonymousOf = (engine: Engine, mounts: readonly MountPoint[] = []): string[] =>
  mounts.flatMap((mount) =>
    mount.type === 'volume' &&
    mount.anonymous === true &&
    readWholeVolume(engine, mount.name)?.anonymous === true
      ? [mount.name]
      : [],
  );

/** Has the anonymous volumes of a container stay when it is removed, but for those that go with another one. */
export async function keepVolumes(
  engine: Engine,
  { id, mounts = [] }: Pick<ContainerRecord, 'id' | 'mounts'>,
): Promise<void> {
  for (const mount of mounts) {
    if (mount.type !== 'volume') continue;
    const { removeWith, ...kept } = readWholeVolume(engine, mount.name) ?? {};
    if (removeWith === undefined || !('name' in kept)) continue;
    const isOthers = removeWith !== id && existsSync(containerDirectory(engine, removeWith));
    if (!isOthers) await writeVolume(volumeDirectory(engine, mount.name), kept);
  }
}

/** Removes the anonymous volumes of a container that is gone, but for those that another one has. */
export async function removeVolumesOf(
  engine: Engine,
  mounts: readonly MountPoint[] | undefined,
): Promise<void> {
  await removeUnused(engine, anonymousOf(engine, mounts));
}

/** Removes volumes whose containers are gone and took them along, and what dead processes left half-made. */
export async function sweepVolumes(engine: Engine): Promise<void> {
  await sweepTemporaries(volumesDirectory(engine), removeTree);
  await sweepVolumeClaims(engine);
  await removeUnused(engine, orphanVolumes(engine));
}
