import { bootId } from '@ctrkit/durable';
import { writeContainerRecord } from './container-record.ts';
import type { ContainerRecord, ExitRecord } from './container-record.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { discardContainer } from './remove.ts';
import { removeRunRecord, writeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';

/** A container's record once its program has started. */
export function startedRecord(record: ContainerRecord, startedAt: string): ContainerRecord {
  return { ...record, startedAt, bootId: bootId() };
}

/**
 * Records that a container has started, so that it is known after a reboot. A disk that takes no more fails nothing
 * here: the run goes on, and whether its end can be recorded is what counts.
 */
export async function recordStart(
  engine: Engine,
  record: ContainerRecord,
  run: RunRecord,
): Promise<void> {
  const writes = [writeRunRecord(engine, run)];
  if (!record.autoRemove) {
    writes.push(writeContainerRecord(containerDirectory(engine, record.id), record));
  }
  await Promise.allSettled(writes);
}

/** Keeps the end of a container with its run, for the next sweep; where that fails too, the end was not seen. */
export async function noteEnd(engine: Engine, run: RunRecord, exit: ExitRecord): Promise<void> {
  await writeRunRecord(engine, { ...run, exit }).catch(() => {});
}

function explanation(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { hint } = error as { hint?: unknown };
  return typeof hint === 'string' ? `${error.message} (${hint})` : error.message;
}

/**
 * Records how a container ended, or removes it where that was wished. Never throws: the exit is the caller's, whatever
 * the disk says. Returns what went wrong, a line each.
 */
export async function recordEnd(
  engine: Engine,
  record: ContainerRecord,
  run: RunRecord,
  exit: ExitRecord,
): Promise<string[]> {
  try {
    if (record.autoRemove) await discardContainer(engine, record);
    else {
      await writeContainerRecord(containerDirectory(engine, record.id), { ...record, exit });
      removeRunRecord(engine, record.id);
    }
    return [];
  } catch (error) {
    await noteEnd(engine, run, exit);
    const what = record.autoRemove ? 'was not removed' : 'has ended, which could not be recorded';
    return [`container ${record.name} ${what}: ${explanation(error)}`];
  }
}
