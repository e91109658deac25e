import { BuildError } from '../build-error.ts';

// A shell's, for a program that is not there and for one that cannot be executed.
const exitCodes: ReadonlyMap<string, number> = new Map([
  ['COMMAND_NOT_FOUND', 127],
  ['COMMAND_NOT_EXECUTABLE', 126],
  ['USER_NOT_FOUND', 1],
  ['GROUP_NOT_FOUND', 1],
  ['USER_INVALID', 1],
]);

/** A program that could not be started is the Dockerfile's mistake; any other error stays what it is. */
export function asFailure(error: unknown, { args }: { readonly args: readonly string[] }): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  const exitCode = exitCodes.get(String(code));
  if (exitCode === undefined) return error;
  const what = `The command '${args.join(' ')}' could not be started: ${message ?? ''}`;
  return new BuildError('STEP_FAILED', what, { cause: error, exitCode });
}
