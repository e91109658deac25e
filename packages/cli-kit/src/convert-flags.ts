import { checkFlags } from './check-flags.ts';
import { absentValue } from './flag-value.ts';
import type { SplitArguments } from './flags.ts';
import type { Option, Options } from './options.ts';

/** Nothing to convert and nothing to complain of: the text is the value. */
const isPlain = (option: Option, text: string): boolean =>
  option.type !== 'number' &&
  option.coerce === undefined &&
  (option.choices === undefined || option.choices.includes(text)) &&
  option.conflicts === undefined;

/** yargs costs half of Node's own start; `ctr run --rm --network none -e A=B busybox` does not wait for it. */
function needsChecking(flags: SplitArguments['flags'], options: Options): boolean {
  const given = new Set(flags.map(([name]) => name));
  return (
    flags.some(([name, text]) => !isPlain(options[name] as Option, text)) ||
    Object.entries(options).some(([name, option]) => option.demandOption && !given.has(name))
  );
}

function plainValue(option: Option, texts: readonly string[]): unknown {
  if (option.type === 'array') return texts;
  return option.type === 'boolean' ? texts.at(-1) === 'true' : texts.at(-1);
}

function plainValues(flags: SplitArguments['flags'], options: Options): Record<string, unknown> {
  return Object.fromEntries(
    flags.map(([name]) => {
      const texts = flags.filter(([flag]) => flag === name).map(([, text]) => text);
      return [name, plainValue(options[name] as Option, texts)];
    }),
  );
}

/**
 * The value of every flag, given or not.
 *
 * Throws CliError FLAG_VALUE_INVALID, FLAG_MISSING, FLAGS_CONFLICT.
 */
export async function convertFlags(
  flags: SplitArguments['flags'],
  options: Options,
): Promise<Record<string, unknown>> {
  const given = needsChecking(flags, options)
    ? await checkFlags(flags, options)
    : plainValues(flags, options);
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      given[name] ?? absentValue(name, option),
    ]),
  );
}
