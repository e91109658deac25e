import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, isAlive, temporaryName } from '@ctrkit/durable';
import type { ProcessIdentity } from '@ctrkit/durable';
import { runDirectory, runTrashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';

/**
 * A container that somebody starts, runs or removes: run/containers/<id>/run.json, from before anything of it is made
 * until its end is recorded. Who makes the directory has the container for itself. Believed only as far as its
 * processes are alive.
 */
export interface RunRecord {
  readonly id: string;
  /** Who began it. */
  readonly owner: ProcessIdentity;
  /** The parent of its first process, which outlives the owner. */
  readonly supervisor?: ProcessIdentity;
  readonly cgroupsPath: string;
  /** Its owner has it for a moment, while it does not run: whoever wants it waits. */
  readonly brief?: true;
  /** The container's first process, once there is one, since when, and when its program was started, RFC 3339. */
  readonly process?: ProcessIdentity;
  readonly spawnedAt?: string;
  readonly startedAt?: string;
}

const recordPath = (directory: string): string => join(directory, 'run.json');

function isWhole(record: Partial<RunRecord> | null, id: string): record is RunRecord {
  return record?.id === id && typeof record.owner?.pid === 'number';
}

// Whoever started it was killed before it could say so: without a program, its supervisor had ended with its owner.
function withStart(run: RunRecord): RunRecord {
  const { owner, supervisor, spawnedAt, startedAt } = run;
  if (startedAt !== undefined || spawnedAt === undefined || supervisor === undefined) return run;
  return isAlive(owner) || !isAlive(supervisor) ? run : { ...run, startedAt: spawnedAt };
}

/** Reads what is known of a running container; undefined where nothing is. */
export function readRunRecord(engine: Engine, id: string): RunRecord | undefined {
  try {
    const text = readFileSync(recordPath(runDirectory(engine, id)), 'utf8');
    const record = JSON.parse(text) as Partial<RunRecord> | null;
    return isWhole(record, id) ? withStart(record) : undefined;
  } catch {
    // Absent, or damaged. The living write theirs whole; a power cut may leave half of one where the directory is on
    // a disk, and then its owner is gone too.
    return undefined;
  }
}

const inodeOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.ino;

/** Whether a run is there without a whole record: nobody's who lives. Not one that is given back or taken meanwhile. */
export function isDamaged(engine: Engine, id: string): boolean {
  const directory = runDirectory(engine, id);
  const inode = inodeOf(directory);
  if (inode === undefined || readRunRecord(engine, id) !== undefined) return false;
  return inodeOf(directory) === inode;
}

/**
 * Takes a container for oneself, with its record in it as one step; false where somebody has it. It means nothing after
 * a reboot, and so it is not synced. Throws DurableError.
 */
export function claimRun(engine: Engine, record: RunRecord): boolean {
  const directory = runDirectory(engine, record.id);
  const temporary = temporaryName(directory);
  try {
    explained(directory, () => {
      mkdirSync(temporary, { mode: 0o700 });
      writeFileSync(recordPath(temporary), JSON.stringify(record), { mode: 0o600 });
      renameSync(temporary, directory);
    });
    return true;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces the record of a container that is ours. */
export function writeRunRecord(engine: Engine, record: RunRecord): void {
  const path = recordPath(runDirectory(engine, record.id));
  const temporary = temporaryName(path);
  explained(path, () => {
    writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
    renameSync(temporary, path);
  });
}

/** Where the directory of a run rests before it is deleted. */
export const runRestingPlace = (engine: Engine, id: string): string =>
  temporaryName(join(runTrashDirectory(engine), id));

/** Gives a container back. Out of sight first: whoever takes it next makes a directory of the same name. */
export function removeRunRecord(engine: Engine, id: string): void {
  const resting = runRestingPlace(engine, id);
  try {
    renameSync(runDirectory(engine, id), resting);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  rmSync(resting, { recursive: true, force: true });
}

/**
 * Whether nobody is left who looks after it: its supervisor does once it has started, until then its owner, or the
 * supervisor that is about to end with it.
 */
export function isAbandoned({ owner, supervisor, startedAt }: RunRecord): boolean {
  if (supervisor === undefined) return !isAlive(owner);
  return !isAlive(supervisor) && (startedAt !== undefined || !isAlive(owner));
}
