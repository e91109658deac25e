import { CliError } from './cli-error.ts';
import { formatError, formatErrorJson } from './format-error.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import { isClosedOutput, Interrupted } from './signals.ts';

/** How errors are told; filled in as the command line is understood. */
export interface Reporting {
  readonly name: string;
  path: string;
  usage: string;
  debug: boolean;
  json: boolean;
  pointToHelp: boolean;
  exitCode: number;
}

function exitCodeOf(error: unknown, fallback: number): number {
  const code = (error as { exitCode?: unknown } | undefined)?.exitCode;
  return typeof code === 'number' && code > 0 && code < 256 ? code : fallback;
}

/** After the message, docker shows how the command is used and where to read on. */
function guidance(error: unknown, reporting: Reporting): string[] {
  const { path, usage } = reporting;
  if (!(error instanceof CliError)) {
    return reporting.pointToHelp ? ['', `Run '${path} --help' for more information`] : [];
  }
  return [
    ...(error.usage ? ['', `Usage:  ${usage}`] : []),
    ...(error.pointer === 'none'
      ? []
      : ['', `${error.pointer} '${path} --help' for more information`]),
  ];
}

function lines(error: unknown, reporting: Reporting): string[] {
  if (reporting.json) return [printable(JSON.stringify(formatErrorJson(error)))];
  const isBare = error instanceof CliError && error.bare;
  const { name, debug } = reporting;
  return [
    ...formatError(error, { ...(isBare ? {} : { name }), debug }),
    ...guidance(error, reporting),
  ];
}

/**
 * Tells about an error on stderr and returns the exit code. Quiet about an interruption and about a reader of stdout
 * that is gone; quiet too when nobody reads stderr.
 */
export function reportError(error: unknown, stderr: Output, reporting: Reporting): number {
  const exitCode = exitCodeOf(error, reporting.exitCode);
  if (error instanceof Interrupted || isClosedOutput(error)) return exitCode;
  try {
    stderr.write(`${lines(error, reporting).join('\n')}\n`);
  } catch (closed) {
    if (!isClosedOutput(closed)) throw closed;
  }
  return exitCode;
}
