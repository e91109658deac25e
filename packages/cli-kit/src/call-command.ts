import type { Cli, Command, CommandEntry, CommandInput } from './command.ts';
import { createContext, type Host, type OwnedContext } from './context.ts';
import { convertFlags } from './convert-flags.ts';
import { commonOptions } from './find-command.ts';
import { splitArguments, type SplitArguments } from './flags.ts';
import { commandHelp, usageLine } from './help.ts';
import { checkOperands } from './operands.ts';
import { aliasesOf, type Options } from './options.ts';
import type { Reporting } from './report-error.ts';
import { isInterruption } from './signals.ts';

/** A command with its part of the command line. */
export interface Call {
  readonly cli: Cli;
  /** `ctr run` */
  readonly path: string;
  readonly entry: Pick<CommandEntry, 'describe' | 'load' | 'aliases'>;
  /** Those that stood in front of the command. */
  readonly flags: SplitArguments['flags'];
  readonly argv: readonly string[];
}

/** The common flags, without the letters that the command uses itself. */
function optionsFor(cli: Cli, command: Command): Options {
  const own = { ...cli.globalOptions, ...command.options };
  const letters = new Set(Object.values(own).map((option) => aliasesOf(option).short));
  const common = Object.entries(commonOptions).map(([name, { alias, ...option }]) => [
    name,
    letters.has(String(alias)) ? option : { ...option, ...(alias && { alias }) },
  ]);
  return { ...(Object.fromEntries(common) as Options), ...own };
}

/** `ns-exec DIR -- cmd`: a `--` where the command's operands have one. */
function withoutDashes(operands: readonly string[], pattern: string): string[] {
  const index = pattern.split(' ').indexOf('--');
  return operands.filter((word, at) => at !== index || word !== '--');
}

const lastText = (flags: SplitArguments['flags'], name: string): string | undefined =>
  flags.findLast(([flag]) => flag === name)?.[1];

function noteReporting(reporting: Reporting, flags: SplitArguments['flags']): void {
  reporting.debug ||= lastText(flags, 'debug') === 'true';
  // Who reads events from stderr reads errors there too.
  reporting.json ||= ['error-format', 'progress'].some((name) => lastText(flags, name) === 'json');
}

/**
 * Loads the command, gives it its flags and operands, and returns its exit code.
 * `reporting` is kept up to date, so that an error is told with what is known when it happens.
 */
export async function callCommand(call: Call, host: Host, reporting: Reporting): Promise<number> {
  const { cli, path, entry } = call;
  reporting.path = path;
  noteReporting(reporting, call.flags);
  const { command } = await entry.load();
  reporting.usage = usageLine(path, command);
  const options = optionsFor(cli, command);
  const split = splitArguments(call.argv, options, { trailing: command.trailing === true });
  const flags = [...call.flags, ...split.flags];
  noteReporting(reporting, flags);
  if (lastText(flags, 'help') === 'true') {
    host.stdout.write(commandHelp(cli, path, entry, command));
    return 0;
  }
  const values = await convertFlags(flags, options);
  const operands = withoutDashes(split.operands, command.operands ?? '');
  checkOperands(path, command.operands ?? '', operands);
  reporting.exitCode = command.errorExitCode ?? 1;
  reporting.pointToHelp = command.pointToHelp === true;
  const context = createContext(path, host, reporting.debug);
  return run(command, { options: values, operands }, context, host.uncaught);
}

async function run(
  command: Command,
  input: CommandInput<Record<string, unknown>, string[]>,
  owned: OwnedContext,
  uncaught: Promise<never> | undefined,
): Promise<number> {
  try {
    const running = command.run(input, owned.context);
    return (await (uncaught === undefined ? running : Promise.race([running, uncaught]))) ?? 0;
  } catch (error) {
    const signal = owned.taken();
    throw isInterruption(error, signal) ? signal?.reason : error;
  } finally {
    owned.close();
  }
}
