import { flagError } from './cli-error.ts';
import { aliasesOf, flagName, type Option, type Options } from './options.ts';

/** A command line taken apart: flags by long name with their text, in the order given, and operands. */
export interface SplitArguments {
  readonly flags: readonly (readonly [name: string, text: string])[];
  readonly operands: readonly string[];
}

const booleans: Readonly<Record<string, string>> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, 'true']),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, 'false']),
]) as Record<string, string>;

function booleanText(name: string, option: Option, text: string): string {
  if (Object.hasOwn(booleans, text)) return booleans[text] as string;
  throw flagError(
    'FLAG_VALUE_INVALID',
    `invalid argument "${text}" for "${flagName(name, option)}" flag: strconv.ParseBool: parsing "${text}": invalid syntax`,
  );
}

function namesOf(options: Options): { short: Map<string, string>; long: Map<string, string> } {
  const short = new Map<string, string>();
  const long = new Map<string, string>();
  for (const [name, option] of Object.entries(options)) {
    const aliases = aliasesOf(option);
    for (const word of [name, ...aliases.long]) long.set(word, name);
    if (aliases.short !== undefined) short.set(aliases.short, name);
  }
  return { short, long };
}

/**
 * Takes a command line apart by the rules of docker's flag library: `-it`, `-m64m`, `-m=64m`, `--memory=64m`,
 * `--memory 64m`; a value may begin with a dash; `--` ends the flags; with `trailing` the first operand does too.
 * yargs-parser alone reads `-m64m` as three flags, `--output -` as no value, and `--rm true` as one flag.
 *
 * Throws CliError UNKNOWN_FLAG, FLAG_SYNTAX, FLAG_NEEDS_VALUE, FLAG_VALUE_INVALID, in docker's words.
 */
export function splitArguments(
  argv: readonly string[],
  options: Options,
  settings: { trailing?: boolean } = {},
): SplitArguments {
  const names = namesOf(options);
  const flags: [string, string][] = [];
  const operands: string[] = [];
  const rest = [...argv];

  const set = (name: string, text: string): void => {
    const option = options[name] as Option;
    flags.push([name, option.type === 'boolean' ? booleanText(name, option, text) : text]);
  };
  const next = (complaint: string): string => {
    const text = rest.shift();
    if (text === undefined) {
      throw flagError('FLAG_NEEDS_VALUE', `flag needs an argument: ${complaint}`);
    }
    return text;
  };
  const long = (word: string): void => {
    const [name = '', ...value] = word.slice(2).split('=');
    if (name === '' || name.startsWith('-')) {
      throw flagError('FLAG_SYNTAX', `bad flag syntax: ${word}`);
    }
    const known = names.long.get(name);
    if (known === undefined) throw flagError('UNKNOWN_FLAG', `unknown flag: --${name}`);
    if (value.length > 0) set(known, value.join('='));
    else if (options[known]?.type === 'boolean') set(known, 'true');
    else set(known, next(`--${name}`));
  };
  const short = (word: string): void => {
    for (let letters = word.slice(1); letters !== '';) {
      const letter = letters.slice(0, 1);
      const known = names.short.get(letter);
      if (known === undefined) {
        throw flagError('UNKNOWN_FLAG', `unknown shorthand flag: '${letter}' in -${letters}`);
      }
      const after = letters.slice(1);
      const isBoolean = options[known]?.type === 'boolean';
      if (after.length > 1 && after.startsWith('=')) return set(known, after.slice(1));
      if (isBoolean) set(known, 'true');
      else return set(known, after === '' ? next(`'${letter}' in -${letters}`) : after);
      letters = after;
    }
  };

  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') operands.push(...rest.splice(0));
    else if (word.startsWith('--')) long(word);
    else if (word.startsWith('-') && word !== '-') short(word);
    else {
      operands.push(word);
      if (settings.trailing === true) operands.push(...rest.splice(0));
    }
  }
  return { flags, operands };
}
