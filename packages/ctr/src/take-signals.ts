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
  passTo(container: Signalled): void;
  /** The interruption that an error comes from, if it comes from one. */
  reasonFor(error: unknown): Error | undefined;
}

export function takeSignals(): TakenSignals {
  const controller = new AbortController();
  let to: Signalled = {
    kill: (signal) => {
      if (!ignored.has(signal)) controller.abort(new Interrupted(signal));
    },
  };
  const passing = passSignals({ kill: (signal) => to.kill(signal) });
  return {
    signal: controller.signal,
    passTo: (container) => {
      to = container;
    },
    reasonFor: (error) => {
      const { aborted, reason } = controller.signal;
      return aborted && error !== undefined ? (reason as Error) : undefined;
    },
    [Symbol.dispose]: () => passing[Symbol.dispose](),
  };
}
