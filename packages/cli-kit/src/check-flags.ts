import type { Options as YargsOptions } from 'yargs';
import { CliError, flagError } from './cli-error.ts';
import { flagValue } from './flag-value.ts';
import type { SplitArguments } from './flags.ts';
import { createYargs } from './create-yargs.ts';
import type { Option, Options } from './options.ts';

/** yargs guesses too much. */
const parser = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
};

/** yargs takes quotes off a value that stands in them; a first character that is no quote keeps them. */
const GUARD = '=';

function yargsOption(name: string, option: Option): YargsOptions {
  const one = (text: string): unknown => flagValue(name, option, text.slice(GUARD.length));
  const coerce = (value: string | string[]): unknown =>
    Array.isArray(value) ? value.map(one) : one(value);
  return {
    type: option.type === 'number' ? 'string' : option.type,
    ...(option.type === 'boolean' ? {} : { coerce }),
    ...(option.demandOption === true ? { demandOption: true } : {}),
    ...(option.conflicts === undefined ? {} : { conflicts: [...option.conflicts] }),
  };
}

/** One word a flag, and of a flag that is not a list the last one only. */
function words(flags: SplitArguments['flags'], options: Options): string[] {
  const last = new Map(flags.map(([name], index) => [name, index]));
  return flags.flatMap(([name, text], index) => {
    const type = options[name]?.type;
    if (type !== 'array' && last.get(name) !== index) return [];
    return [`--${name}=${type === 'boolean' ? '' : GUARD}${text}`];
  });
}

function refuse(message: string, error: Error | undefined): never {
  if (error instanceof CliError) throw error;
  const missing = /^Missing required arguments?: (.*)$/.exec(message)?.[1];
  if (missing !== undefined) {
    const names = missing.split(', ').map((name) => `"${name}"`);
    throw flagError('FLAG_MISSING', `required flag(s) ${names.join(', ')} not set`);
  }
  const [, one, other] = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(message) ?? [];
  if (one !== undefined && other !== undefined) {
    const both = `--${one} and --${other}`;
    throw flagError('FLAGS_CONFLICT', `conflicting options: cannot specify both ${both}`);
  }
  throw flagError('FLAG_VALUE_INVALID', message, error);
}

/**
 * The flags that were given as typed values, checked one by one and against each other, by yargs.
 *
 * Throws CliError FLAG_VALUE_INVALID, FLAG_MISSING, FLAGS_CONFLICT.
 */
export async function checkFlags(
  flags: SplitArguments['flags'],
  options: Options,
): Promise<Record<string, unknown>> {
  const yargs = await createYargs(words(flags, options));
  const entries = Object.entries(options);
  return yargs
    .parserConfiguration(parser)
    .help(false)
    .version(false)
    .exitProcess(false)
    .locale('en')
    .options(Object.fromEntries(entries.map(([name, option]) => [name, yargsOption(name, option)])))
    .fail((message, error) => refuse(message, error))
    .parseSync();
}
