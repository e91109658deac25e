import { isAlive } from '@ctrkit/durable';
import type { ContainerRecord, ExitRecord } from './container-record.ts';
import type { RunRecord } from './run-record.ts';

/** A container's state: derived from what is alive and what was recorded, never believed. */
export type ContainerState =
  | { readonly status: 'created'; readonly exit?: ExitRecord }
  | { readonly status: 'running'; readonly pid: number; readonly startedAt: string }
  | { readonly status: 'exited'; readonly exit: ExitRecord };

/** The end of a container that nobody saw: docker shows 255. */
export function unseenExit(startedAt: string): ExitRecord {
  return { exitCode: 255, oomKilled: false, startedAt };
}

/** The state of a container, from its record and the record of its run. */
export function stateOf(record: ContainerRecord, run: RunRecord | undefined): ContainerState {
  const exit = record.exit ?? run?.exit;
  if (exit !== undefined) {
    return exit.startedAt === undefined ? { status: 'created', exit } : { status: 'exited', exit };
  }
  if (run?.process !== undefined && run.startedAt !== undefined) {
    return isAlive(run.process)
      ? { status: 'running', pid: run.process.pid, startedAt: run.startedAt }
      : { status: 'exited', exit: unseenExit(run.startedAt) };
  }
  // Nothing of its run is known any more: the machine was started again, and ended it.
  const { startedAt } = record;
  return startedAt === undefined
    ? { status: 'created' }
    : { status: 'exited', exit: unseenExit(startedAt) };
}
