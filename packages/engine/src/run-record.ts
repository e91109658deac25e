import { readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '@ctrkit/durable';
import type { ProcessIdentity } from '@ctrkit/durable';
import type { ExitRecord } from './container-record.ts';
import { runRecordPath } from './engine.ts';
import type { Engine } from './engine.ts';

/**
 * A container that somebody is running: run/containers/<id>.json, from before anything of it is made until its end is
 * recorded. Believed only as far as its processes are alive.
 */
export interface RunRecord {
  readonly id: string;
  /** The process that the container belongs to: when it is gone, so is the container's reason to run. */
  readonly owner: ProcessIdentity;
  readonly cgroupsPath: string;
  /** The container's first process, once there is one, and when it was started, RFC 3339. */
  readonly process?: ProcessIdentity;
  readonly startedAt?: string;
  /** How it ended, where the container's own record could not be written. */
  readonly exit?: ExitRecord;
}

function isWhole(record: Partial<RunRecord> | null, id: string): record is RunRecord {
  return record?.id === id && typeof record.owner?.pid === 'number';
}

/** Reads what is known of a running container; undefined where nothing is. */
export function readRunRecord(engine: Engine, id: string): RunRecord | undefined {
  try {
    const text = readFileSync(runRecordPath(engine, id), 'utf8');
    const record = JSON.parse(text) as Partial<RunRecord> | null;
    return isWhole(record, id) ? record : undefined;
  } catch {
    // Absent, or damaged. The living write theirs whole; a power cut may leave half of one where the directory is on
    // a disk, and then its owner is gone too.
    return undefined;
  }
}

/** Writes what is known of a running container; it means nothing after a reboot, and so it is not synced. */
export async function writeRunRecord(engine: Engine, record: RunRecord): Promise<void> {
  await writeFileAtomic(runRecordPath(engine, record.id), `${JSON.stringify(record)}\n`, {
    sync: false,
  });
}

export function removeRunRecord(engine: Engine, id: string): void {
  rmSync(runRecordPath(engine, id), { force: true });
}
