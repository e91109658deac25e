import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CgroupError, openCgroup } from '@ctrkit/cgroup';
import { acquireLock, isAlive, killProcess } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import { readContainerRecord } from './container-record.ts';
import { unseenExit } from './container-state.ts';
import type { Engine } from './engine.ts';
import { readExit, writeExit } from './exit-record.ts';
import { discardContainer } from './discard.ts';
import { isAbandoned, isDamaged, readRunRecord, removeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

async function removeCgroup(path: string): Promise<void> {
  try {
    await (await openCgroup(path)).delete({ parents: true });
  } catch (error) {
    if (!(error instanceof CgroupError) || error.code !== 'CGROUP_NOT_FOUND') throw error;
  }
}

const PATIENCE_MS = 1000;

// A container ends with its supervisor; it could have refused to.
async function hasEnded({ process }: RunRecord): Promise<boolean> {
  if (process === undefined || !isAlive(process)) return true;
  killProcess(process);
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(process) && Date.now() < deadline) await setTimeout(10);
  return !isAlive(process);
}

// Two may find the same run abandoned, and a third take the container when the first of them has given it back: the
// second must see that it is somebody's again.
const lockRuns = (engine: Engine): Promise<Lock | undefined> =>
  acquireLock(join(engine.run, 'runs.lock'));

async function recordEnd(engine: Engine, { id, startedAt }: RunRecord): Promise<void> {
  const record = readContainerRecord(engine, id);
  if (record?.autoRemove === true) await discardContainer(engine, record);
  else if (record !== undefined) {
    const exit = readExit(engine, id);
    const seen = exit ?? (startedAt === undefined ? undefined : unseenExit(startedAt));
    if (seen !== undefined) await writeExit(engine, id, seen);
  }
}

const mayBeSwept = (engine: Engine, id: string): boolean => {
  const run = readRunRecord(engine, id);
  return run === undefined ? isDamaged(engine, id) : isAbandoned(run);
};

/**
 * Does what is left to do for a run that nobody looks after any more: ends its container, removes the cgroup, records
 * its end, or removes the container where that was to be. One that cannot be ended is left, and shown, as running.
 */
export async function sweepRun(engine: Engine, id: string): Promise<void> {
  if (!mayBeSwept(engine, id)) return;
  await using _lock = await lockRuns(engine);
  if (!mayBeSwept(engine, id)) return;
  const run = readRunRecord(engine, id);
  if (run !== undefined && !(await hasEnded(run))) return;
  if (run !== undefined) {
    if (process.geteuid?.() === 0) await removeCgroup(run.cgroupsPath);
    // Of one that was taken for a moment nothing has ended.
    if (run.brief !== true) await recordEnd(engine, run);
  }
  removeRunRecord(engine, id);
}
