import { readdirSync } from 'node:fs';
import type { ContainerRecord } from './container-record.ts';
import { readContainerRecord } from './container-record.ts';
import { stateOf } from './container-state.ts';
import type { ContainerState } from './container-state.ts';
import { containersDirectory, runsDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { readExit } from './exit-record.ts';
import { readRunRecord } from './run-record.ts';

/** A container and its state at the moment of asking. */
export interface Container extends ContainerRecord {
  readonly state: ContainerState;
}

const idPattern = /^[0-9a-f]{64}$/;

/** The ids of all containers, without reading them. */
export function containerIds(engine: Engine): string[] {
  return readdirSync(containersDirectory(engine)).filter((name) => idPattern.test(name));
}

// The run before its end: where both change meanwhile, what is read last is the later.
function withState(engine: Engine, record: ContainerRecord, hasRun: boolean): Container {
  const run = hasRun ? readRunRecord(engine, record.id) : undefined;
  return { ...record, state: stateOf(record, run, readExit(engine, record.id)) };
}

/** One container by its full id; undefined where there is none, and for what is no id. */
export function containerWithId(engine: Engine, id: string): Container | undefined {
  if (!idPattern.test(id)) return undefined;
  const record = readContainerRecord(engine, id);
  return record && withState(engine, record, true);
}

/** All containers, the newest first. Takes no lock: what is being made or removed is there or not. */
export function listContainers(engine: Engine): Container[] {
  const runs = new Set(readdirSync(runsDirectory(engine)));
  return containerIds(engine)
    .flatMap((id): Container[] => {
      const record = readContainerRecord(engine, id);
      return record === undefined ? [] : [withState(engine, record, runs.has(id))];
    })
    .toSorted((a, b) => (a.created < b.created ? 1 : -1));
}
