import { readdirSync } from 'node:fs';
import type { ContainerRecord } from './container-record.ts';
import { readContainerRecord } from './container-record.ts';
import { stateOf } from './container-state.ts';
import type { ContainerState } from './container-state.ts';
import { containersDirectory, runRecordsDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
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

/** One container by its full id; undefined where there is none, and for what is no id. */
export function containerWithId(engine: Engine, id: string): Container | undefined {
  if (!idPattern.test(id)) return undefined;
  const record = readContainerRecord(engine, id);
  return record && { ...record, state: stateOf(record, readRunRecord(engine, id)) };
}

/** All containers, the newest first. Takes no lock: what is being made or removed is there or not. */
export function listContainers(engine: Engine): Container[] {
  const running = new Set(readdirSync(runRecordsDirectory(engine)));
  return containerIds(engine)
    .flatMap((id): Container[] => {
      const record = readContainerRecord(engine, id);
      if (record === undefined) return [];
      const run = running.has(`${id}.json`) ? readRunRecord(engine, id) : undefined;
      return [{ ...record, state: stateOf(record, run) }];
    })
    .toSorted((a, b) => (a.created < b.created ? 1 : -1));
}
