import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CgroupError, openCgroup } from '@ctrkit/cgroup';
import { acquireLock, errnoOf, isAlive, temporaryName, temporaryOwner } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import { runDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { readRunRecord } from './run-record.ts';
import type { Container } from './list.ts';

/** Whoever has a container stand still has a file here, by whose name it is found should it die. */
const pausersDirectory = (engine: Engine, id: string): string =>
  join(runDirectory(engine, id), 'paused');

function pausers(engine: Engine, id: string): string[] {
  try {
    return readdirSync(pausersDirectory(engine, id));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

const lockPauses = (engine: Engine): Promise<Lock | undefined> =>
  acquireLock(join(engine.run, 'pauses.lock'));

// It has ended meanwhile, or there is nothing to make it stand still by.
const leftAsItIs: ReadonlySet<unknown> = new Set(['CGROUP_NOT_FOUND', 'CGROUP_UNAVAILABLE']);

async function setPaused(engine: Engine, id: string, paused: boolean): Promise<void> {
  const path = readRunRecord(engine, id)?.cgroupsPath;
  if (path === undefined) return;
  try {
    const cgroup = await openCgroup(path);
    await (paused ? cgroup.freeze() : cgroup.thaw());
  } catch (error) {
    if (!(error instanceof CgroupError) || !leftAsItIs.has(error.code)) throw error;
  }
}

/** Says in a file that the container stands still for us; undefined where its run is over. */
function announce(engine: Engine, id: string): string | undefined {
  const directory = pausersDirectory(engine, id);
  const own = temporaryName(join(directory, 'pause'));
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  writeFileSync(own, '', { mode: 0o600 });
  return own;
}

async function pause(engine: Engine, id: string): Promise<string | undefined> {
  await using _lock = await lockPauses(engine);
  const own = announce(engine, id);
  if (own === undefined) return undefined;
  try {
    await setPaused(engine, id, true);
  } catch (error) {
    // Nobody is to wait for us, who go on without it.
    rmSync(own, { force: true });
    throw error;
  }
  return own;
}

async function resume(engine: Engine, id: string, own: string): Promise<void> {
  await using _lock = await lockPauses(engine);
  rmSync(own, { force: true });
  if (pausers(engine, id).length === 0) await setPaused(engine, id, false);
}

const isAbandoned = (name: string): boolean => {
  const owner = temporaryOwner(name);
  return owner === undefined || !isAlive(owner);
};

/** Lets a container go on that stands still for nobody who lives. */
export async function resumeAbandoned(engine: Engine, id: string): Promise<void> {
  if (!pausers(engine, id).some(isAbandoned)) return;
  await using _lock = await lockPauses(engine);
  for (const name of pausers(engine, id).filter(isAbandoned)) {
    rmSync(join(pausersDirectory(engine, id), name), { force: true });
  }
  if (pausers(engine, id).length === 0) await setPaused(engine, id, false);
}

/**
 * Reads while no process of a container runs; one that does not run, or has no cgroup, is left as it is. It stands still
 * from the first part until the last, or until the reader is ended. Should this process be killed, the next command that has
 * to do with the container lets it go on. Throws CgroupError CGROUP_BUSY, and what the reader throws.
 */
export async function* whilePaused<T>(
  engine: Engine,
  { id, state }: Pick<Container, 'id' | 'state'>,
  parts: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const mayPause = state.status === 'running' && process.geteuid?.() === 0;
  const own = mayPause ? await pause(engine, id) : undefined;
  try {
    yield* parts;
  } finally {
    if (own !== undefined) await resume(engine, id, own);
  }
}
