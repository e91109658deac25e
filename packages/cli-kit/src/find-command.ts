import { CliError } from './cli-error.ts';
import type { Cli, CommandEntry } from './command.ts';
import { splitArguments, type SplitArguments } from './flags.ts';
import type { Options } from './options.ts';

/** Flags of every program. They stand in front of the command, or after it. */
export const commonOptions: Options = {
  debug: { type: 'boolean', alias: 'D', describe: 'Show where an error comes from' },
  'error-format': {
    type: 'string',
    choices: ['text', 'json'],
    default: 'text',
    describe: 'Errors for people (text) or programs (json), on stderr',
  },
  help: { type: 'boolean', alias: 'h', describe: 'Print what there is' },
};

/** Flags that may stand in front of the command. */
export function frontOptions(cli: Cli): Options {
  return {
    ...commonOptions,
    ...cli.globalOptions,
    version: {
      type: 'boolean',
      // The command that needs no name may have a -v of its own.
      ...(cli.fallback === undefined && { alias: 'v' }),
      describe: 'Print version information and quit',
    },
  };
}

/** What the first words of a command line ask for. */
export type Found =
  | { kind: 'help'; group: string; asked: boolean }
  | { kind: 'version' }
  | {
      kind: 'command';
      /** '' for the command that needs no name. */
      name: string;
      entry: Pick<CommandEntry, 'describe' | 'load' | 'aliases'>;
      flags: SplitArguments['flags'];
      argv: readonly string[];
    };

/** All names of a command. */
export const namesOf = (entry: CommandEntry): string[] => [entry.name, ...(entry.aliases ?? [])];

const inGroup = (cli: Cli, group: string): CommandEntry | undefined =>
  cli.commands.find((entry) => namesOf(entry).some((name) => name.startsWith(`${group} `)));

function lookUp(cli: Cli, words: readonly string[]): Found | undefined {
  for (const used of [2, 1]) {
    const name = words.slice(0, used).join(' ');
    const entry = cli.commands.find((entry) => namesOf(entry).includes(name));
    if (entry !== undefined && words.length >= used) {
      return { kind: 'command', name: entry.name, entry, flags: [], argv: words.slice(used) };
    }
  }
  return undefined;
}

function unknownCommand(path: string, usage: boolean): CliError {
  return new CliError('UNKNOWN_COMMAND', `unknown command: ${path}`, { exitCode: 1, usage });
}

function groupHelp(cli: Cli, group: string, next: string | undefined): Found {
  const asked = next === '--help' || next === '-h';
  if (next !== undefined && !asked) throw unknownCommand(`${cli.name} ${group} ${next}`, true);
  return { kind: 'help', group, asked };
}

function splitFront(cli: Cli, argv: readonly string[]): SplitArguments | undefined {
  try {
    return splitArguments(argv, frontOptions(cli), { trailing: true });
  } catch (error) {
    // The flags may be those of the command that needs no name.
    if (cli.fallback !== undefined) return undefined;
    throw error;
  }
}

const isSet = (flags: SplitArguments['flags'], name: string): boolean =>
  flags.findLast(([flag]) => flag === name)?.[1] === 'true';

/** Finds the command that a command line means. Throws CliError UNKNOWN_COMMAND and those of the flags. */
export function findCommand(cli: Cli, argv: readonly string[]): Found {
  const { flags, operands } = splitFront(cli, argv) ?? { flags: [], operands: argv };
  const [word, next] = operands;
  if (isSet(flags, 'version')) return { kind: 'version' };
  if (word === undefined) return { kind: 'help', group: '', asked: isSet(flags, 'help') };
  const found = lookUp(cli, operands);
  if (found !== undefined) return { ...found, ...('flags' in found && { flags }) };
  if (inGroup(cli, word) !== undefined) return groupHelp(cli, word, next);
  if (cli.fallback !== undefined) {
    return { kind: 'command', name: '', entry: cli.fallback, flags: [], argv };
  }
  if (word === 'help') return { kind: 'help', group: '', asked: true };
  throw unknownCommand(`${cli.name} ${word}`, false);
}
