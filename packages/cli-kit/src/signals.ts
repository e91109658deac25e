import { CliError } from './cli-error.ts';

/** Their numbers are the same on every Linux. */
const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Name = keyof typeof numbers;

/** Thrown by what was interrupted; carries the exit code of a process that the signal ended. */
export class Interrupted extends Error {
  readonly code = 'INTERRUPTED';
  readonly exitCode: number;

  constructor(name: Name) {
    super(`interrupted by ${name}`);
    this.name = 'AbortError';
    this.exitCode = 128 + numbers[name];
  }
}

/**
 * An AbortSignal for SIGINT, SIGTERM and SIGHUP. The first of them aborts; the next ends the process there and then.
 */
export function takeSignals(): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const listeners = (Object.keys(numbers) as Name[]).map((name) => {
    const listener = (): void => {
      const interrupted = new Interrupted(name);
      if (controller.signal.aborted) process.exit(interrupted.exitCode);
      controller.abort(interrupted);
    };
    process.on(name, listener);
    return () => process.off(name, listener);
  });
  return { signal: controller.signal, release: () => listeners.forEach((off) => off()) };
}

/** Whether an error only says that the work was interrupted. */
export function isInterruption(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true || !(error instanceof Error)) return false;
  return error === signal.reason || error.name === 'AbortError' || error.cause === signal.reason;
}

/** Whether an error says that whoever read stdout is gone. */
export const isClosedOutput = (error: unknown): boolean =>
  error instanceof CliError && error.code === 'OUTPUT_CLOSED';
