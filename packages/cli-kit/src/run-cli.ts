import type { Cli } from './command.ts';
import { createOutput } from './output.ts';
import { runCommandLine } from './run-command-line.ts';

/** Rejects with what nobody caught, so that it is told like any other error, and without a stack. */
function uncaughtError(): Promise<never> {
  const uncaught = new Promise<never>((_resolve, reject) => {
    process.once('uncaughtException', reject);
  });
  uncaught.catch(() => undefined);
  return uncaught;
}

/**
 * Runs the command line of this process and exits with its code. The whole of a `bin.ts` is this call.
 *
 * Exit codes: what the command returns; 125 for a mistake in flags; 1 for a wrong number of operands or an unknown
 * command; `exitCode` of the error, or `errorExitCode` of the command, when it fails; 128 + n after signal n; 141 when
 * the reader of stdout is gone.
 */
export async function runCli(
  cli: Cli,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  const host = {
    stdout: createOutput(1),
    stderr: createOutput(2),
    env: process.env,
    uncaught: uncaughtError(),
  };
  process.exit(await runCommandLine(cli, argv, host));
}
