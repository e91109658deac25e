import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, writeFileAtomic } from '@ctrkit/durable';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';

/** A volume as it is kept: volumes/<name>/volume.json, beside its files in `_data`. */
export interface VolumeRecord {
  readonly name: string;
  /** RFC 3339. */
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Made for a container, under a name that nobody chose. */
  readonly anonymous: boolean;
  /** The container that it goes with, by id, unless another one has it too. */
  readonly removeWith?: string;
}

export const volumesDirectory = (engine: Engine): string => join(engine.root, 'volumes');
export const volumeDirectory = (engine: Engine, name: string): string =>
  join(engine.root, 'volumes', name);
/** Where the files of a volume are. */
export const volumeFiles = (engine: Engine, name: string): string =>
  join(engine.root, 'volumes', name, '_data');

const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const LONGEST = 255;

export const isVolumeName = (name: string): boolean => pattern.test(name) && name.length <= LONGEST;

/** Throws VOLUME_INVALID for what cannot name a volume, in docker's words. */
export function checkVolumeName(name: string): void {
  if (isVolumeName(name)) return;
  const shown = name.slice(0, LONGEST);
  if (name.length < 2) {
    throw new EngineError(
      'VOLUME_INVALID',
      `create ${shown}: volume name is too short, names should be at least two alphanumeric characters`,
    );
  }
  const what =
    name.length > LONGEST
      ? `a volume name has at most ${LONGEST} characters`
      : `${JSON.stringify(shown)} includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`;
  throw new EngineError('VOLUME_INVALID', `create ${shown}: ${what}`);
}

function damaged(path: string, cause?: unknown): EngineError {
  return new EngineError('VOLUME_DAMAGED', `${path}: cannot be read`, {
    cause,
    hint: 'its files are beside it, in _data: copy what is needed, and remove the directory',
  });
}

/** Reads the record of a volume; undefined where there is none of that name. Throws VOLUME_DAMAGED. */
export function readVolume(engine: Engine, name: string): VolumeRecord | undefined {
  if (!isVolumeName(name)) return undefined;
  const path = join(volumeDirectory(engine, name), 'volume.json');
  let record: Partial<VolumeRecord> | null;
  try {
    record = JSON.parse(readFileSync(path, 'utf8')) as Partial<VolumeRecord> | null;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw damaged(path, error);
  }
  if (record?.name !== name || typeof record.created !== 'string') throw damaged(path);
  return { labels: {}, anonymous: false, ...record } as VolumeRecord;
}

/** The same for who only tidies up: one that cannot be read is left alone. */
export function readWholeVolume(engine: Engine, name: string): VolumeRecord | undefined {
  try {
    return readVolume(engine, name);
  } catch (error) {
    if (error instanceof EngineError) return undefined;
    throw error;
  }
}

/** Writes the record of a volume into its directory, whole or not at all. */
export async function writeVolume(directory: string, record: VolumeRecord): Promise<void> {
  await writeFileAtomic(join(directory, 'volume.json'), `${JSON.stringify(record)}\n`);
}
