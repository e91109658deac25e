import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { explained } from './explained.ts';

/** Where everything of an engine lives; made by {@link openEngine}. */
export interface Engine {
  /** Images, layers and containers: survives a reboot. */
  readonly root: string;
  /** What is true only while this boot lasts: which processes run. */
  readonly run: string;
}

export interface EngineDirectories {
  readonly root: string;
  readonly run: string;
}

// mkdir of Node that is told to make parents says ENOENT where the file system is read-only.
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/**
 * Opens the engine that lives in these directories, made (0700) where they are missing. No daemon, no lock.
 * Throws DurableError where they cannot be made.
 */
export function openEngine({ root, run }: EngineDirectories): Engine {
  for (const path of [
    root,
    ...['containers', 'names', 'trash', 'volumes'].map((name) => join(root, name)),
    ...['containers', 'ended', 'trash'].map((name) => join(run, name)),
  ]) {
    explained(path, () => makeDirectory(path));
  }
  return { root, run };
}

export const containersDirectory = (engine: Engine): string => join(engine.root, 'containers');
// Spelled out, not joined: a list asks for a thousand of them, and an id has nothing to be normalized.
export const containerDirectory = (engine: Engine, id: string): string =>
  `${engine.root}/containers/${id}`;
export const trashDirectory = (engine: Engine): string => join(engine.root, 'trash');
export const namesDirectory = (engine: Engine): string => join(engine.root, 'names');
/** Whose blocks of ids are whose; made with the first of them. */
export const idsDirectory = (engine: Engine): string => join(engine.root, 'ids');
export const idsPath = (engine: Engine, first: number): string =>
  join(engine.root, 'ids', String(first));
export const namePath = (engine: Engine, name: string): string => join(engine.root, 'names', name);
/** Of a container that somebody starts, runs or removes: theirs alone. */
export const runDirectory = (engine: Engine, id: string): string =>
  `${engine.run}/containers/${id}`;
export const runsDirectory = (engine: Engine): string => join(engine.run, 'containers');
export const runTrashDirectory = (engine: Engine): string => join(engine.run, 'trash');
/** Ends of containers whose own directory took no more. */
export const endedDirectory = (engine: Engine): string => join(engine.run, 'ended');
