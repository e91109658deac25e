import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commitDirectory, namesIn, randomHex, removeTree, temporaryName } from '@ctrkit/durable';
import { EngineError } from './engine-error.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { naturalOrder } from './natural-order.ts';
import { volumeUsers } from './volume-claims.ts';
import {
  checkVolumeName,
  isVolumeName,
  readVolume,
  readWholeVolume,
  volumeDirectory,
  volumeFiles,
  volumesDirectory,
  writeVolume,
} from './volume-record.ts';
import type { VolumeRecord } from './volume-record.ts';

export interface CreateVolumeOptions {
  /** @default a random one of 64 hex digits */
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Nobody chose its name. @default whether none is given */
  readonly anonymous?: boolean | undefined;
  /** The id of the container that it goes with. @default it stays */
  readonly removeWith?: string | undefined;
}

/** A volume, and who has it. */
export interface Volume extends VolumeRecord {
  /** Where its files are on the host. */
  readonly mountpoint: string;
  /** The containers, running or not, that have it, by id. */
  readonly users: readonly string[];
}

function makeDirectory(engine: Engine, temporary: string): void {
  explained(volumesDirectory(engine), () => {
    mkdirSync(join(temporary, '_data'), { recursive: true, mode: 0o700 });
    // Whatever the umask: every user of a container passes through it.
    chmodSync(join(temporary, '_data'), 0o755);
  });
}

/** Makes a volume; one of that name that is there stays as it is. Throws VOLUME_INVALID, VOLUME_DAMAGED, DurableError. */
export async function createVolume(
  engine: Engine,
  options: CreateVolumeOptions = {},
): Promise<VolumeRecord> {
  const { name = randomHex(32), labels = {}, removeWith } = options;
  const { anonymous = options.name === undefined } = options;
  checkVolumeName(name);
  const present = readVolume(engine, name);
  if (present !== undefined) return present;
  const record: VolumeRecord = {
    name,
    created: new Date().toISOString(),
    labels,
    anonymous,
    ...(removeWith === undefined ? {} : { removeWith }),
  };
  const directory = volumeDirectory(engine, name);
  const temporary = temporaryName(directory);
  try {
    makeDirectory(engine, temporary);
    await writeVolume(temporary, record);
    if ((await commitDirectory(temporary, directory)) === 'committed') return record;
    // Somebody else made it at the same moment.
    return readVolume(engine, name) ?? record;
  } finally {
    await removeTree(temporary);
  }
}

/**
 * Whether a volume went with its container: that is gone, and no other has it. What is left of it is the next sweep's.
 */
function isOrphan(engine: Engine, { name, removeWith }: VolumeRecord, users: Users): boolean {
  if (removeWith === undefined || users.has(name)) return false;
  return !existsSync(containerDirectory(engine, removeWith));
}

type Users = ReadonlyMap<string, ReadonlySet<string>>;

const namesOf = (engine: Engine): string[] =>
  namesIn(volumesDirectory(engine)).filter(isVolumeName);

const volumeOf = (engine: Engine, record: VolumeRecord, users: Users): Volume => ({
  ...record,
  mountpoint: volumeFiles(engine, record.name),
  users: [...(users.get(record.name) ?? [])],
});

/** All volumes by name. Takes no lock. Throws VOLUME_DAMAGED. */
export function listVolumes(engine: Engine): Volume[] {
  const records = namesOf(engine).flatMap((name) => readVolume(engine, name) ?? []);
  // The records first: who has one that is made meanwhile does not matter.
  const users = volumeUsers(engine);
  return records
    .filter((record) => !isOrphan(engine, record, users))
    .map((record) => volumeOf(engine, record, users))
    .toSorted((one, other) => naturalOrder(one.name, other.name));
}

/** The names of volumes whose containers are gone, and that were to go with them. */
export function orphanVolumes(engine: Engine): string[] {
  const records = namesOf(engine)
    .flatMap((name) => readWholeVolume(engine, name) ?? [])
    .filter(({ removeWith }) => removeWith !== undefined);
  if (records.length === 0) return [];
  const users = volumeUsers(engine);
  return records.filter((record) => isOrphan(engine, record, users)).map(({ name }) => name);
}

/** A volume by its name. Throws VOLUME_NOT_FOUND, VOLUME_DAMAGED. */
export function findVolume(engine: Engine, name: string): Volume {
  const record = readVolume(engine, name);
  const users = volumeUsers(engine);
  if (record === undefined || isOrphan(engine, record, users)) throw noSuchVolume(name);
  return volumeOf(engine, record, users);
}

/** Docker's words for a name that is no volume's. */
export const noSuchVolume = (name: string): EngineError =>
  new EngineError('VOLUME_NOT_FOUND', `get ${name}: no such volume`);
