import type { Context } from './command.ts';
import type { Output } from './output.ts';
import { createProgress } from './create-progress.ts';
import type { Progress } from './progress.ts';
import { takeSignals } from './signals.ts';

/** The world that a command line runs in; tests give another one. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: NodeJS.ProcessEnv;
  /** Rejects with what was thrown where nobody could catch it. */
  readonly uncaught?: Promise<never>;
}

/** A context, what its command started with it, and the way to end that. */
export interface OwnedContext {
  readonly context: Context;
  /** The AbortSignal, if the command asked for it. */
  taken(): AbortSignal | undefined;
  close(): void;
}

/** What is written to a terminal must not land on the live line. */
function besideProgress(output: Output, progresses: readonly Progress[]): Output {
  return {
    fd: output.fd,
    get isTerminal() {
      return output.isTerminal;
    },
    write: (data) => {
      for (const progress of progresses) progress.clear();
      output.write(data);
    },
    stream: () => output.stream(),
  };
}

/** The context of one run of one command. */
export function createContext(path: string, host: Host, debug: boolean): OwnedContext {
  let signals: ReturnType<typeof takeSignals> | undefined;
  const progresses: Progress[] = [];
  const context: Context = {
    path,
    stdout: besideProgress(host.stdout, progresses),
    stderr: besideProgress(host.stderr, progresses),
    env: host.env,
    debug,
    get signal() {
      return (signals ??= takeSignals()).signal;
    },
    stdin: () => process.stdin,
    progress: (mode) => {
      const progress = createProgress({ ...(mode && { mode }), output: host.stderr });
      progresses.push(progress);
      return progress;
    },
  };
  return {
    context,
    taken: () => signals?.signal,
    close: () => {
      for (const progress of progresses) progress.stop();
      signals?.release();
    },
  };
}
