import { existsSync, mkdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { acquireLock, explainSystemError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import type { ContainerMount } from '@ctrkit/engine';
import { copyEntries, removeTree } from '@ctrkit/rootfs';
import { setting } from '../cache/inputs.ts';
import type { RunMount } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import type { CopySource } from '../steps/copy-source.ts';
import { cacheMountPath, cacheMounts } from './cache-directory.ts';
import { setOwner } from './file-options.ts';
import { matchRecords } from './match-records.ts';
import { mountTarget } from './mount-target.ts';
import { acquired } from './run-mount.ts';
import type { PlannedMount } from './run-mount.ts';

const MODE = 0o755;

/** What a new cache begins with. */
interface Seed {
  readonly from: CopySource;
  readonly source: string;
}

// Of a stage that is waited for here, before anything is locked: it may use the cache itself.
async function seedOf(
  place: Place,
  { from, source }: RunMount['options'],
): Promise<Seed | undefined> {
  if (from === undefined && source === undefined) return undefined;
  return { from: await place.source(from), source: source ?? '/' };
}

interface Cache {
  readonly options: RunMount['options'];
  readonly seed: Seed | undefined;
  readonly id: string;
  /** Its directory; one that is in use where it is private has another. */
  readonly base: string;
}

async function copySeed(place: Place, seed: Seed, directory: string): Promise<void> {
  const { from, source } = seed;
  const tree = await from.tree();
  const selection = await tree.select({ sources: [source], signal: place.signal });
  const [match] = selection.matches;
  if (match?.isDirectory !== true) return;
  await copyEntries(matchRecords(selection, match), directory, { sync: false });
}

// What it held on another machine is worth more than what it begins with.
async function fill(place: Place, { id, seed }: Cache, directory: string): Promise<void> {
  const { world } = place;
  mkdirSync(directory, { mode: MODE });
  if (await world.imported.fillMount(id, directory, world)) return;
  await removeTree(directory);
  mkdirSync(directory, { mode: MODE });
  if (seed !== undefined) await copySeed(place, seed, directory);
}

/** Makes the directory of a cache where there is none, whole by a rename. To be called under its lock. */
async function ensureDirectory(place: Place, cache: Cache, path: string): Promise<void> {
  if (existsSync(path)) return;
  const temporary = temporaryName(path);
  try {
    await sweepTemporaries(cacheMounts(place.world), removeTree);
    await fill(place, cache, temporary);
    await setOwner(temporary, cache.options, MODE);
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

async function acquire(place: Place, cache: Cache): Promise<Held> {
  const parent = cacheMounts(place.world);
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, parent);
  }
  const { base } = cache;
  // Made by one of those who share it.
  const making = await acquireLock(`${base}.making.lock`, { signal: place.signal });
  let held: Held | undefined;
  try {
    held = await hold(base, cache.options['sharing'] ?? 'shared', place.signal);
    await ensureDirectory(place, cache, held.path);
    return held;
  } catch (error) {
    held?.lock?.release();
    throw error;
  } finally {
    making?.release();
  }
}

/** `--mount=type=cache`: a directory that stays for later builds. Throws STAGE_NOT_FOUND. */
export async function planCache(place: Place, options: RunMount['options']): Promise<PlannedMount> {
  const target = mountTarget(place, options['target']);
  const { id = target, uid = '', gid = '', mode = '', readonly: isReadOnly = '' } = options;
  const base = cacheMountPath(place.world, id);
  place.world.cacheMounts.add(id);
  const cache = { options, id, base, seed: await seedOf(place, options) };
  const mountOf = (source: string): ContainerMount => ({ type: 'bind', source, target, readOnly: isReadOnly === 'true' }); // prettier-ignore
  return {
    inputs: setting(`cache ${target}`, [id, isReadOnly, uid, gid, mode].join(' ')),
    waitsFor: base,
    acquire: async (held) => {
      const there = held.get(base);
      if (there !== undefined) return acquired([mountOf(there)]);
      const { path, lock } = await acquire(place, cache);
      held.set(base, path);
      return acquired([mountOf(path)], () => Promise.resolve(lock?.release()));
    },
  };
}
