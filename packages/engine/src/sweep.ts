import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { emptyTrash, isAlive, sweepTemporaries } from '@ctrkit/durable';
import { CgroupError, openCgroup } from '@ctrkit/cgroup';
import { readContainerRecord } from './container-record.ts';
import { stateOf } from './container-state.ts';
import { containersDirectory, runRecordsDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { containerIds } from './list.ts';
import { discardContainer } from './remove.ts';
import { readRunRecord, removeRunRecord } from './run-record.ts';

async function removeCgroup(path: string): Promise<void> {
  try {
    await (await openCgroup(path)).delete();
  } catch (error) {
    if (!(error instanceof CgroupError) || error.code !== 'CGROUP_NOT_FOUND') throw error;
  }
}

// A container whose command was killed is killed with it by the kernel; its cgroup stays.
async function sweepRun(engine: Engine, id: string): Promise<void> {
  const run = readRunRecord(engine, id);
  const record = readContainerRecord(engine, id);
  if (run === undefined || (record !== undefined && isAlive(record.owner))) return;
  if (run.cgroupsPath !== undefined) await removeCgroup(run.cgroupsPath);
  if (record === undefined) removeRunRecord(engine, id);
}

async function sweepContainer(engine: Engine, id: string): Promise<void> {
  const record = readContainerRecord(engine, id);
  if (record === undefined || !record.autoRemove || isAlive(record.owner)) return;
  if (stateOf(record, readRunRecord(engine, id)).status !== 'running') {
    await discardContainer(engine, record);
  }
}

/**
 * Cleans up after commands that were killed: cgroups without a process, containers that were to be removed at their
 * end, half-made directories, unfinished deletions. Touches nothing that belongs to a living command.
 */
export async function sweep(engine: Engine): Promise<void> {
  for (const name of readdirSync(runRecordsDirectory(engine))) {
    if (name.endsWith('.json')) await sweepRun(engine, name.slice(0, -'.json'.length));
  }
  for (const id of containerIds(engine)) await sweepContainer(engine, id);
  for (const path of [containersDirectory(engine), join(engine.root, 'names')]) {
    await sweepTemporaries(path);
  }
  await sweepTemporaries(runRecordsDirectory(engine));
  await emptyTrash(trashDirectory(engine));
}
