import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CgroupError, openCgroup } from '@ctrkit/cgroup';
import { bootId, emptyTrash, isAlive, killProcess, sweepTemporaries } from '@ctrkit/durable';
import { readContainerRecord, writeContainerRecord } from './container-record.ts';
import { stateOf } from './container-state.ts';
import {
  containerDirectory,
  containersDirectory,
  namesDirectory,
  runRecordsDirectory,
  trashDirectory,
} from './engine.ts';
import type { Engine } from './engine.ts';
import { explained } from './explained.ts';
import { containerIds } from './list.ts';
import { sweepNames } from './names.ts';
import { discardContainer } from './remove.ts';
import { readRunRecord, removeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

async function removeCgroup(path: string): Promise<void> {
  try {
    await (await openCgroup(path)).delete({ parents: true });
  } catch (error) {
    if (!(error instanceof CgroupError) || error.code !== 'CGROUP_NOT_FOUND') throw error;
  }
}

const PATIENCE_MS = 1000;

// A container ends with its command by its parent's doing; where that was killed too, somebody else has to.
async function hasEnded({ process }: RunRecord): Promise<boolean> {
  if (process === undefined || !isAlive(process)) return true;
  killProcess(process);
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(process) && Date.now() < deadline) await setTimeout(10);
  return !isAlive(process);
}

// What is left of a container whose command is dead: its cgroup, its record without an end, and the container itself
// where it was to be removed. One that cannot be ended is left, and shown, as running.
async function sweepRun(engine: Engine, id: string): Promise<void> {
  const run = readRunRecord(engine, id);
  // Half a record is what a power cut left: the living write theirs whole.
  if (run === undefined) removeRunRecord(engine, id);
  if (run === undefined || isAlive(run.owner) || !(await hasEnded(run))) return;
  if (process.geteuid?.() === 0) await removeCgroup(run.cgroupsPath);
  const record = readContainerRecord(engine, id);
  if (record?.autoRemove === true) await discardContainer(engine, record);
  else if (record !== undefined && record.exit === undefined) {
    const state = stateOf(record, run);
    const exit = 'exit' in state ? state.exit : undefined;
    if (exit !== undefined) {
      await writeContainerRecord(containerDirectory(engine, id), { ...record, exit });
    }
  }
  removeRunRecord(engine, id);
}

// A reboot takes the records of runs with it: once in a boot, containers that were to be removed are looked for.
async function sweepEarlierBoots(engine: Engine): Promise<void> {
  const marker = join(engine.run, `swept-${bootId()}`);
  if (existsSync(marker)) return;
  for (const id of containerIds(engine)) {
    const record = readContainerRecord(engine, id);
    const isRunning = readRunRecord(engine, id) !== undefined;
    if (record?.autoRemove === true && !isRunning) await discardContainer(engine, record);
  }
  explained(marker, () => writeFileSync(marker, '', { mode: 0o600 }));
}

async function sweepTemporaryFiles(engine: Engine): Promise<void> {
  const places = [containersDirectory(engine), namesDirectory(engine), runRecordsDirectory(engine)];
  for (const path of places) await sweepTemporaries(path);
}

/**
 * Cleans up after commands that were killed: cgroups without a process, containers that were to be removed at their
 * end, names of containers that never were, half-made directories, unfinished deletions. Touches nothing that belongs
 * to a living command. What resists keeps nothing else from being cleaned up; the first such error is thrown at the end.
 */
export async function sweep(engine: Engine): Promise<void> {
  const records = readdirSync(runRecordsDirectory(engine)).filter((name) => name.endsWith('.json'));
  const failures: unknown[] = [];
  for (const step of [
    ...records.map((name) => () => sweepRun(engine, name.slice(0, -'.json'.length))),
    () => sweepEarlierBoots(engine),
    () => sweepNames(engine),
    () => sweepTemporaryFiles(engine),
    () => emptyTrash(trashDirectory(engine)),
  ]) {
    await step().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
