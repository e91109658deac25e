import { setTimeout } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { findContainer } from './find.ts';
import { signalNumber } from './signal-number.ts';
import { connectSupervisor } from './supervisor-connection.ts';
import type { SupervisorConnection } from './supervisor-connection.ts';
import { waitForEnd } from './wait.ts';
import { resumeAbandoned } from './while-paused.ts';

const SIGKILL = 9;
const SECOND = 1000;
/** A longer timer of Node rings at once. */
const LONGEST_MS = 2 ** 31 - 1;

export interface StopOptions {
  /** What asks it to end. @default the container's stop signal, else SIGTERM */
  readonly signal?: string | undefined;
  /** Seconds before it is killed; less than 0: it never is. @default 10 */
  readonly timeout?: number | undefined;
}

async function askThenKill(
  connection: SupervisorConnection,
  signal: number,
  timeout: number,
): Promise<void> {
  await connection.signal(signal);
  if (timeout < 0) return;
  const patience = new AbortController();
  const tooLate = setTimeout(Math.min(timeout * SECOND, LONGEST_MS), 'too late', {
    signal: patience.signal,
  });
  tooLate.catch(() => {});
  const first = await Promise.race([connection.ended, tooLate]);
  patience.abort();
  if (first === 'too late') await connection.signal(SIGKILL);
}

/**
 * Asks a container to end, and kills it where it does not in time; returns when its end is recorded. One that does not
 * run is left alone. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, SIGNAL_INVALID.
 */
export async function stopContainer(
  engine: Engine,
  nameOrId: string,
  { signal, timeout = 10 }: StopOptions = {},
): Promise<void> {
  const { id, state, stopSignal = 'SIGTERM' } = findContainer(engine, nameOrId);
  const number = signalNumber(signal ?? stopSignal);
  if (state.status !== 'running') return;
  await resumeAbandoned(engine, id);
  await waitForEnd(engine, id, undefined, (line) => askThenKill(line, number, timeout));
}

/**
 * Sends a signal to a container's first process. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, SIGNAL_INVALID,
 * CONTAINER_NOT_RUNNING.
 */
export async function killContainer(
  engine: Engine,
  nameOrId: string,
  signal = 'SIGKILL',
): Promise<void> {
  const { id, state } = findContainer(engine, nameOrId);
  const number = signalNumber(signal);
  const refusal = `Cannot kill container: ${nameOrId}: Container ${id} is not running`;
  if (state.status !== 'running') throw new EngineError('CONTAINER_NOT_RUNNING', refusal);
  await resumeAbandoned(engine, id);
  using connection = await connectSupervisor(engine, id);
  // It has ended since we looked, or its supervisor was killed and it with it.
  if (connection === undefined) throw new EngineError('CONTAINER_NOT_RUNNING', refusal);
  await connection.signal(number);
}

/** Ends a container without asking; returns when its end is recorded. */
export async function forceEnd(engine: Engine, id: string): Promise<void> {
  await resumeAbandoned(engine, id);
  await waitForEnd(engine, id, undefined, (line) => line.signal(SIGKILL));
}
