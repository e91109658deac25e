import { readdirSync } from 'node:fs';
import type { ContainerRecord } from './container-record.ts';
import { readContainerRecord } from './container-record.ts';
import { stateOf } from './container-state.ts';
import type { ContainerState } from './container-state.ts';
import { containersDirectory, runsDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { endsWithoutRoom, readExit, readKeptExit } from './exit-record.ts';
import type { ExitRecord } from './exit-record.ts';
import { readRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

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
  // The run before its end: where both change meanwhile, what is read last is the later.
  const run = record && readRunRecord(engine, id);
  return record && { ...record, state: stateOf(record, run, readExit(engine, id)) };
}

interface Found {
  readonly record: ContainerRecord;
  readonly run: RunRecord | undefined;
  readonly exit: ExitRecord | undefined;
}

function findAll(engine: Engine): Found[] {
  const runs = new Set(readdirSync(runsDirectory(engine)));
  return containerIds(engine).flatMap((id): Found[] => {
    const record = readContainerRecord(engine, id);
    if (record === undefined) return [];
    const run = runs.has(id) ? readRunRecord(engine, id) : undefined;
    return [{ record, run, exit: readKeptExit(engine, id) }];
  });
}

/** All containers, the newest first. Takes no lock: what is being made or removed is there or not. */
export function listContainers(engine: Engine): Container[] {
  // Almost always none. An end that comes to the disk meanwhile was among those before.
  const before = endsWithoutRoom(engine);
  const found = findAll(engine);
  const elsewhere = new Set([...before, ...endsWithoutRoom(engine)]);
  return found
    .map(({ record, run, exit }) => {
      const end = exit ?? (elsewhere.has(record.id) ? readExit(engine, record.id) : undefined);
      return Object.assign(record, { state: stateOf(record, run, end) });
    })
    .toSorted((a, b) => (a.created < b.created ? 1 : -1));
}
