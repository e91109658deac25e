import { isAlive } from '@ctrkit/durable';
import type { ContainerRecord } from './container-record.ts';
import type { ExitRecord } from './exit-record.ts';
import { isAbandoned } from './run-record.ts';
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

// Its first process is dead and its end not recorded: its supervisor is about to.
const isEnding = (run: RunRecord): boolean => !isAbandoned(run);

/** The state of a container, from its record, the record of its run and how that ended. */
export function stateOf(
  record: ContainerRecord,
  run: RunRecord | undefined,
  exit: ExitRecord | undefined,
): ContainerState {
  if (run?.process !== undefined && run.startedAt !== undefined && exit === undefined) {
    const { pid } = run.process;
    if (isAlive(run.process) || isEnding(run)) {
      return { status: 'running', pid, startedAt: run.startedAt };
    }
    return { status: 'exited', exit: unseenExit(run.startedAt) };
  }
  if (exit !== undefined) {
    return exit.startedAt === undefined ? { status: 'created', exit } : { status: 'exited', exit };
  }
  // Nothing of its run is known any more: the machine was started again, and ended it.
  const { startedAt } = record;
  return startedAt === undefined || run !== undefined
    ? { status: 'created' }
    : { status: 'exited', exit: unseenExit(startedAt) };
}
