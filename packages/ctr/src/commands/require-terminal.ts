import { CliError } from '@ctrkit/cli-kit';

/** Refuses `-it` where our stdin is no terminal, in docker's words. Throws CliError USAGE. */
export function requireTerminal(wanted: boolean): void {
  // Imported when asked for: it brings the network along.
  if (!wanted || process.getBuiltinModule('node:tty').isatty(0)) return;
  throw new CliError('USAGE', 'the input device is not a TTY', { exitCode: 1 });
}
