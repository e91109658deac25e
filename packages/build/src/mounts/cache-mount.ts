import { existsSync, mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock, explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import { digestHex, digestOf } from '@ctrkit/oci';
import { copyEntries, removeTree } from '@ctrkit/rootfs';
import { setting } from '../cache/inputs.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { setOwner } from './file-options.ts';
import { matchRecords } from './match-records.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { AcquiredMount, PlannedMount } from './run-mount.ts';

const MODE = 0o755;

const directoryOf = ({ world }: Place): string => join(world.engine.root, 'build-cache/mounts');

/** Fills a new cache with what `from` and `source` name. */
async function fill(place: Place, options: RunMount['options'], directory: string): Promise<void> {
  const { from, source } = options;
  if (from === undefined && source === undefined) return;
  const tree = await (await place.source(from)).tree();
  const selection = await tree.select({ sources: [source ?? '/'], signal: place.signal });
  const [match] = selection.matches;
  if (match?.isDirectory !== true) return;
  await copyEntries(matchRecords(selection, match), directory, { sync: false });
}

/** Makes the directory of a cache where there is none, whole by a rename. To be called under its lock. */
async function ensureDirectory(
  place: Place,
  options: RunMount['options'],
  path: string,
): Promise<void> {
  // prettier-ignore
  if (existsSync(path)) return;
  const temporary = temporaryName(path);
  try {
    await sweepTemporaries(directoryOf(place), removeTree);
    mkdirSync(temporary, { mode: MODE });
    await fill(place, options, temporary);
    setOwner(temporary, options, MODE);
    await rename(temporary, path);
  } catch (error) {
    await removeTree(temporary);
    throw explainSystemError(error, path);
  }
}

interface Held {
  readonly path: string;
  readonly lock: Lock | undefined;
}

// `private`: whoever finds it in use takes another of the same name.
async function lockPrivate(base: string, signal: AbortSignal): Promise<Held> {
  for (let number = 0; ; number++) {
    const path = number === 0 ? base : `${base}.${number}`;
    const lock = await acquireLock(`${path}.lock`, { wait: false, signal });
    if (lock !== undefined) return { path, lock };
  }
}

async function hold(base: string, sharing: string, signal: AbortSignal): Promise<Held> {
  if (sharing === 'private') return await lockPrivate(base, signal);
  const shared = sharing !== 'locked';
  return { path: base, lock: await acquireLock(`${base}.lock`, { shared, signal }) };
}

async function acquire(
  place: Place,
  options: RunMount['options'],
  target: string,
  id: string,
): Promise<AcquiredMount> {
  // prettier-ignore
  const parent = directoryOf(place);
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, parent);
  }
  const base = join(parent, digestHex(digestOf(id)));
  // Made by one of those who share it.
  const making = await acquireLock(`${base}.making.lock`, { signal: place.signal });
  const { path, lock } = await hold(base, options['sharing'] ?? 'shared', place.signal).catch(
    (error: unknown) => {
      // prettier-ignore
      making?.release();
      throw error;
    },
  );
  try {
    await ensureDirectory(place, options, path);
  } catch (error) {
    lock?.release();
    throw error;
  } finally {
    making?.release();
  }
  const readOnly = options['readonly'] === 'true';
  const mount = { type: 'bind', source: path, target, readOnly } as const;
  return acquired([mount], () => Promise.resolve(lock?.release()));
}

/** `--mount=type=cache`: a directory that stays for later builds. */
export function planCache(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const target = mountTarget(place, options['target']);
  const id = options['id'] ?? target;
  return Promise.resolve({
    inputs: setting(`cache ${target}`, [id, options['readonly'] ?? ''].join(' ')),
    acquire: () => acquire(place, options, target, id),
  });
}
