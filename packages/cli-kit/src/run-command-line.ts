import { callCommand } from './call-command.ts';
import type { Cli } from './command.ts';
import type { Host } from './context.ts';
import { findCommand } from './find-command.ts';
import { cliHelp } from './help.ts';
import { reportError, type Reporting } from './report-error.ts';

async function dispatch(
  cli: Cli,
  argv: readonly string[],
  host: Host,
  reporting: Reporting,
): Promise<number> {
  const found = findCommand(cli, argv);
  if (found.kind === 'command') {
    const path = found.name === '' ? cli.name : `${cli.name} ${found.name}`;
    return callCommand({ ...found, cli, path }, host, reporting);
  }
  if (found.kind === 'version') {
    host.stdout.write(`${cli.name} version ${cli.version}\n`);
  } else {
    // Docker: to stderr when nobody asked for it, and a success all the same.
    (found.asked ? host.stdout : host.stderr).write(cliHelp(cli, found.group));
  }
  return 0;
}

/**
 * Runs one command line and returns its exit code; prints errors on `host.stderr`. Never throws and never exits.
 * Programs call `runCli`; this one is for tests and for a command line inside another program.
 */
export async function runCommandLine(
  cli: Cli,
  argv: readonly string[],
  host: Host,
): Promise<number> {
  const reporting: Reporting = {
    name: cli.name,
    path: cli.name,
    usage: `${cli.name} [OPTIONS] COMMAND [ARG...]`,
    debug: false,
    json: false,
    pointToHelp: false,
    exitCode: 1,
  };
  try {
    return await dispatch(cli, argv, host, reporting);
  } catch (error) {
    return reportError(error, host.stderr, reporting);
  }
}
