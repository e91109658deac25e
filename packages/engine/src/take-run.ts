import { setTimeout } from 'node:timers/promises';
import { isAlive } from '@ctrkit/durable';
import type { Engine } from './engine.ts';
import { readExit } from './exit-record.ts';
import { claimRun, isAbandoned, readRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { sweepRun } from './sweep-run.ts';

const PAUSE_MS = 5;

// It has ended, its end is recorded, and its supervisor is about to give it back.
const isGivenBack = (engine: Engine, { id, process }: RunRecord): boolean =>
  process !== undefined && !isAlive(process) && readExit(engine, id) !== undefined;

/**
 * Takes a container for oneself as soon as what has ended, or was taken for a moment, is given back; false where somebody runs, starts or removes
 * it. Throws DurableError.
 */
export async function takeRun(engine: Engine, run: RunRecord): Promise<boolean> {
  while (!claimRun(engine, run)) {
    const other = readRunRecord(engine, run.id);
    if (other === undefined || isAbandoned(other)) await sweepRun(engine, run.id);
    else if (other.brief === true || isGivenBack(engine, other)) await setTimeout(PAUSE_MS);
    else return false;
  }
  return true;
}
