import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CgroupError, openCgroup } from '@ctrkit/cgroup';
import { bootId, emptyTrash, isAlive, sweepTemporaries } from '@ctrkit/durable';
import { readContainerRecord, writeContainerRecord } from './container-record.ts';
import { unseenExit } from './container-state.ts';
import {
  containerDirectory,
  containersDirectory,
  runRecordsDirectory,
  trashDirectory,
} from './engine.ts';
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

// The kernel has killed the container together with the command that it belonged to; what is left is its cgroup, its
// record without an end, and the container itself where it was to be removed.
async function sweepRun(engine: Engine, id: string): Promise<void> {
  const run = readRunRecord(engine, id);
  if (run === undefined || isAlive(run.owner)) return;
  if (process.geteuid?.() === 0) await removeCgroup(run.cgroupsPath);
  const record = readContainerRecord(engine, id);
  if (record?.autoRemove === true) await discardContainer(engine, record);
  else if (record !== undefined && record.exit === undefined && run.process !== undefined) {
    const exit = unseenExit(run.startedAt ?? record.created);
    await writeContainerRecord(containerDirectory(engine, id), { ...record, exit });
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
  writeFileSync(marker, '', { mode: 0o600 });
}

/**
 * Cleans up after commands that were killed: cgroups without a process, containers that were to be removed at their
 * end, half-made directories, unfinished deletions. Touches nothing that belongs to a living command.
 */
export async function sweep(engine: Engine): Promise<void> {
  const records = runRecordsDirectory(engine);
  for (const name of readdirSync(records)) {
    if (name.endsWith('.json')) await sweepRun(engine, name.slice(0, -'.json'.length));
  }
  await sweepEarlierBoots(engine);
  for (const path of [containersDirectory(engine), join(engine.root, 'names'), records]) {
    await sweepTemporaries(path);
  }
  await emptyTrash(trashDirectory(engine));
}
