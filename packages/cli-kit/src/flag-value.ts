import { flagError } from './cli-error.ts';
import { flagName, type Option } from './options.ts';

function integer(text: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new Error(`strconv.ParseInt: parsing "${text}": invalid syntax`);
}

function parse(option: Option, text: string): unknown {
  if (option.choices !== undefined && !option.choices.includes(text)) {
    throw new Error(`must be one of ${option.choices.map((choice) => `"${choice}"`).join(', ')}`);
  }
  if (option.coerce !== undefined) return option.coerce(text);
  return option.type === 'number' ? integer(text) : text;
}

/** One value of a flag as the command wants it. Throws CliError FLAG_VALUE_INVALID, which names the flag. */
export function flagValue(name: string, option: Option, text: string): unknown {
  try {
    return parse(option, text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const flag = flagName(name, option);
    throw flagError(
      'FLAG_VALUE_INVALID',
      `invalid argument "${text}" for "${flag}" flag: ${why}`,
      cause,
    );
  }
}

/** What a flag is worth that was not given. */
export function absentValue(name: string, option: Option): unknown {
  if (option.tristate === true) return undefined;
  if (option.type === 'boolean') return option.default ?? false;
  if (option.type === 'array') return [];
  return option.default === undefined ? undefined : flagValue(name, option, String(option.default));
}
