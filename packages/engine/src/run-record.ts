import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ProcessIdentity } from '@ctrkit/durable';
import { temporaryName } from '@ctrkit/durable';
import { runRecordPath } from './engine.ts';
import type { Engine } from './engine.ts';

/** A running container: run/containers/<id>.json. Believed only as far as its processes are alive. */
export interface RunRecord {
  readonly id: string;
  /** The container's first process. */
  readonly process: ProcessIdentity;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly cgroupsPath?: string;
}

/** Reads what is known of a running container; undefined where nothing is. */
export function readRunRecord(engine: Engine, id: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(runRecordPath(engine, id), 'utf8')) as RunRecord;
  } catch {
    // Absent: it does not run. The directory is a tmpfs, so no power loss leaves half a record.
    return undefined;
  }
}

// Not synced: it means nothing after a reboot.
export function writeRunRecord(engine: Engine, record: RunRecord): void {
  const path = runRecordPath(engine, record.id);
  const temporary = temporaryName(path);
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

export function removeRunRecord(engine: Engine, id: string): void {
  rmSync(runRecordPath(engine, id), { force: true });
}
