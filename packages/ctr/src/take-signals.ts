import { constants } from 'node:os';
import { passSignals } from '@ctrkit/ns-exec';
import type { Signalled } from '@ctrkit/ns-exec';

/** Thrown where a signal came before there was a container to pass it to. */
class Interrupted extends Error {
  readonly code = 'INTERRUPTED';
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

const ignored: ReadonlySet<NodeJS.Signals> = new Set(['SIGCONT', 'SIGWINCH']);

/** Signals end what is being prepared, and belong to the container once it runs. */
export interface TakenSignals extends Disposable {
  /** Aborted by a signal that comes before there is a container. */
  readonly signal: AbortSignal;
  /** From now on signals are the container's, also those that came too late to keep it from starting. */
  passTo(container: Signalled): void;
  /** The interruption that an error comes from, if it comes from one: once there is a container, none does. */
  reasonFor(error: unknown): Error | undefined;
}

// A first process without a handler ignores them: who insists, as with docker, is not to be kept waiting.
const insisting: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM']);
const PATIENCE = 3;

/** Takes the signals of this process; `onForced` is called when a container is killed at the third SIGINT or SIGTERM. */
export function takeSignals(onForced: () => void = () => {}): TakenSignals {
  const controller = new AbortController();
  const early: NodeJS.Signals[] = [];
  let to: Signalled | undefined;
  let asked = 0;
  const pass = (container: Signalled, signal: NodeJS.Signals): void => {
    if (insisting.has(signal)) asked += 1;
    if (asked < PATIENCE) container.kill(signal);
    else {
      onForced();
      container.kill('SIGKILL');
    }
  };
  const passing = passSignals({
    kill: (signal) => {
      if (to !== undefined) pass(to, signal);
      else if (!ignored.has(signal)) {
        early.push(signal);
        controller.abort(new Interrupted(signal));
      }
    },
  });
  return {
    signal: controller.signal,
    passTo: (container) => {
      to = container;
      for (const signal of early) pass(container, signal);
    },
    reasonFor: (error) => {
      const { aborted, reason } = controller.signal;
      return to === undefined && aborted && error !== undefined ? (reason as Error) : undefined;
    },
    [Symbol.dispose]: () => passing[Symbol.dispose](),
  };
}
