import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, emptyTrash, isOfTheLiving, namesIn, selfIdentity, sweepTemporaries } from '@ctrkit/durable'; // prettier-ignore
import { sweepClaims } from '@ctrkit/rootfs';
import { isRecordLost, readContainerRecord } from './container-record.ts';
import {
  containersDirectory,
  idsDirectory,
  namesDirectory,
  runsDirectory,
  runTrashDirectory,
  trashDirectory,
} from './engine.ts';
import type { Engine } from './engine.ts';
import { endsWithoutRoom, forgetExit, readExit, writeExit } from './exit-record.ts';
import { explained } from './explained.ts';
import { containerIds } from './list.ts';
import { sweepContainerClaims } from './container-claims.ts';
import { sweepVolumes } from './remove-volume.ts';
import { discardContainer, discardRemains } from './discard.ts';
import { removeFiles } from './remove-files.ts';
import { claimRun, readRunRecord, removeRunRecord } from './run-record.ts';
import { sweepRun } from './sweep-run.ts';
import { resumeAbandoned } from './while-paused.ts';

// A reboot takes the records of runs with it, and a power cut what was not synced: once in a boot, containers that were to be removed are looked for.
async function sweepEarlierBoots(engine: Engine): Promise<void> {
  const marker = join(engine.run, `swept-${bootId()}`);
  if (existsSync(marker)) return;
  for (const id of containerIds(engine)) {
    if (readRunRecord(engine, id) !== undefined) continue;
    const record = readContainerRecord(engine, id);
    const isToGo = record?.autoRemove === true || record?.volatile === true;
    if (isToGo) await discardContainer(engine, record);
    else if (record === undefined && isRecordLost(engine, id)) await discardRemains(engine, id);
  }
  explained(marker, () => writeFileSync(marker, '', { mode: 0o600 }));
}

// The end of a container whose directory was full: there may be room by now. Nobody starts it meanwhile.
async function sweepEnd(engine: Engine, id: string): Promise<void> {
  if (!claimRun(engine, { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` })) return;
  try {
    const exit = readExit(engine, id);
    const isKept = readContainerRecord(engine, id) !== undefined;
    if (exit !== undefined && isKept) await writeExit(engine, id, exit);
    else forgetExit(engine, id);
  } finally {
    removeRunRecord(engine, id);
  }
}

async function sweepEnds(engine: Engine): Promise<void> {
  for (const id of endsWithoutRoom(engine)) await sweepEnd(engine, id);
}

async function sweepTemporaryFiles(engine: Engine): Promise<void> {
  const places = [
    containersDirectory(engine),
    namesDirectory(engine),
    idsDirectory(engine),
    runsDirectory(engine),
  ];
  for (const path of places) await sweepTemporaries(path, removeFiles);
}

/**
 * Cleans up after commands that were killed: cgroups without a process, containers that were to be removed at their
 * end, names of containers that never were, half-made directories, unfinished deletions. Touches nothing that belongs
 * to a living command. What resists keeps nothing else from being cleaned up; the first such error is thrown at the end.
 */
export async function sweep(engine: Engine): Promise<void> {
  const runs = readdirSync(runsDirectory(engine)).filter((name) => !name.startsWith('.'));
  // What comes there from now on is deleted by who brings it: a container that ends at this moment has its supervisor for that. So has
  // one of ours that has ended already.
  const trash = [runTrashDirectory(engine), trashDirectory(engine)].map(
    (path) => [path, namesIn(path).filter((name) => !isOfTheLiving(name))] as const,
  );
  const failures: unknown[] = [];
  for (const step of [
    ...runs.map((id) => () => sweepRun(engine, id)),
    ...runs.map((id) => () => resumeAbandoned(engine, id)),
    () => sweepEarlierBoots(engine),
    () => sweepEnds(engine),
    () => sweepContainerClaims(engine, 'names'),
    () => sweepContainerClaims(engine, 'ids'),
    () => sweepTemporaryFiles(engine),
    () => sweepVolumes(engine),
    () => sweepClaims(engine.root),
    ...trash.map(
      ([path, names]) =>
        () =>
          emptyTrash(path, removeFiles, names),
    ),
  ]) {
    await step().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
