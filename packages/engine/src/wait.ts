import { setTimeout } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { readExit } from './exit-record.ts';
import { findContainer } from './find.ts';
import { isAbandoned, readRunRecord } from './run-record.ts';
import { connectSupervisor } from './supervisor-connection.ts';
import type { SupervisorConnection } from './supervisor-connection.ts';
import { sweepRun } from './sweep-run.ts';

const PAUSE_MS = 5;

// Between two looks at a run that is being begun or given back: there is nothing to connect to.
async function pause(engine: Engine, id: string, signal: AbortSignal | undefined): Promise<void> {
  const run = readRunRecord(engine, id);
  if (run !== undefined && isAbandoned(run)) await sweepRun(engine, id);
  await setTimeout(PAUSE_MS, undefined, signal === undefined ? {} : { signal });
}

/**
 * Waits until nobody runs a container, and returns its exit code; undefined where nobody saw one. `onConnected` gets the
 * line to its supervisor while it lasts.
 */
export async function waitForEnd(
  engine: Engine,
  id: string,
  signal?: AbortSignal,
  onConnected?: (connection: SupervisorConnection) => Promise<void>,
): Promise<number | undefined> {
  while (readRunRecord(engine, id) !== undefined) {
    signal?.throwIfAborted();
    using connection = await connectSupervisor(engine, id);
    if (connection === undefined) await pause(engine, id, signal);
    else {
      const stop = (): void => connection[Symbol.dispose]();
      signal?.addEventListener('abort', stop, { once: true });
      await onConnected?.(connection);
      const exit = await connection.ended;
      signal?.removeEventListener('abort', stop);
      if (exit !== undefined) return exit.code;
    }
  }
  return readExit(engine, id)?.exitCode;
}

/**
 * Waits until a container has ended, and returns its exit code; at once for one that does not run: 0 where it never did.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, the reason of `signal`.
 */
export async function waitContainer(
  engine: Engine,
  nameOrId: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const { id, state } = findContainer(engine, nameOrId);
  if (state.status !== 'running') return 'exit' in state ? (state.exit?.exitCode ?? 0) : 0;
  return (await waitForEnd(engine, id, signal)) ?? 255;
}
