import { formatFloat } from './format-float.ts';
import { entriesOf, kindOf, numberOf, typeName } from './kinds.ts';
import { quote } from './quote.ts';

/** One `%-10.3s` of printf. */
export interface Verb {
  readonly letter: string;
  /** Of `+-# 0`. */
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  /** Pays for what is filled up, before it is. */
  readonly spend?: (characters: number) => void;
}

const plain: Verb = { letter: 'v', flags: '', width: 0, precision: undefined };

const has = ({ flags }: Verb, flag: string): boolean => flags.includes(flag);

function fill(verb: Verb, text: string): string {
  const missing = verb.width - Array.from(text).length;
  if (missing <= 0) return text;
  verb.spend?.(missing);
  if (has(verb, '-')) return text + ' '.repeat(missing);
  return (has(verb, '0') ? '0' : ' ').repeat(missing) + text;
}

/** Zeros go between the sign and the digits. */
function fillNumber(verb: Verb, sign: string, digits: string): string {
  const isZero = has(verb, '0') && !has(verb, '-') && verb.precision === undefined;
  if (isZero) return sign + digits.padStart(verb.width - sign.length, '0');
  return fill({ ...verb, flags: verb.flags.replaceAll('0', '') }, sign + digits);
}

const signOf = (verb: Verb, isNegative: boolean): string =>
  isNegative ? '-' : has(verb, '+') ? '+' : has(verb, ' ') ? ' ' : '';

const bases: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  d: [10, ''],
  v: [10, ''],
  x: [16, '0x'],
  X: [16, '0X'],
  o: [8, '0'],
  b: [2, '0b'],
};

const isCodePoint = (number: bigint): boolean => number >= 0n && number <= 0x10ffffn;
const charOf = (number: bigint): string =>
  isCodePoint(number) ? String.fromCodePoint(Number(number)) : '\ufffd';

function formatInteger(verb: Verb, value: unknown): string | undefined {
  verb.spend?.(Math.max(verb.width, verb.precision ?? 0));
  const number = BigInt(value as number | bigint);
  const { letter } = verb;
  if (letter === 'c') return fill(verb, charOf(number));
  if (letter === 'q')
    return fill(verb, quote(charOf(number), { mark: "'", ascii: has(verb, '+') }));
  if (letter === 'U') {
    return fill(verb, `U+${number.toString(16).toUpperCase().padStart(4, '0')}`);
  }
  if (!Object.hasOwn(bases, letter)) return undefined;
  const [base, prefix] = bases[letter] as readonly [number, string];
  const isNegative = number < 0n;
  const plainDigits = (isNegative ? -number : number).toString(base);
  const digits = (letter === 'X' ? plainDigits.toUpperCase() : plainDigits).padStart(
    verb.precision ?? 0,
    '0',
  );
  const sign = signOf(verb, isNegative) + (has(verb, '#') ? prefix : '');
  return fillNumber(verb, sign, digits);
}

function formatNumber(verb: Verb, value: unknown): string | undefined {
  if (!'vgGeEfF'.includes(verb.letter)) return undefined;
  verb.spend?.(verb.width);
  const number = numberOf(value);
  const digits = formatFloat(Math.abs(number), verb.letter, verb.precision);
  return fillNumber(verb, signOf(verb, number < 0), digits);
}

function hexadecimal(verb: Verb, text: string): string {
  const bytes = Buffer.from(text).subarray(0, verb.precision);
  const separator = has(verb, ' ') ? ' ' : '';
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
  return verb.letter === 'X' ? hex.toUpperCase() : hex;
}

function formatText(verb: Verb, text: string): string | undefined {
  if (verb.letter === 'x' || verb.letter === 'X') return fill(verb, hexadecimal(verb, text));
  const cut =
    verb.precision === undefined ? text : Array.from(text).slice(0, verb.precision).join('');
  if (verb.letter === 's' || verb.letter === 'v') return fill(verb, cut);
  if (verb.letter !== 'q') return undefined;
  const isRaw = has(verb, '#') && !/[`\p{Cc}]/u.test(cut);
  return fill(verb, isRaw ? `\`${cut}\`` : quote(cut, { ascii: has(verb, '+') }));
}

/** A verb that does not go with its value: `%!d(string=x)`. */
function mismatch(verb: Verb, value: unknown): string {
  if (value === null || value === undefined) return `%!${verb.letter}(<nil>)`;
  const shown = formatVerb(value, { ...verb, letter: 'v' });
  return `%!${verb.letter}(${typeName(value)}=${shown})`;
}

function formatScalar(value: unknown, verb: Verb): string | undefined {
  switch (kindOf(value)) {
    case 'string':
      return formatText(verb, value as string);
    case 'int':
      return formatInteger(verb, value);
    case 'float':
      return formatNumber(verb, value);
    case 'bool':
      return verb.letter === 't' || verb.letter === 'v' ? fill(verb, String(value)) : undefined;
    case 'nil':
    case 'missing':
      return verb.letter === 'v' ? fill(verb, '<nil>') : undefined;
    default:
      return undefined;
  }
}

/** A value by one verb of printf; of lists and maps each element. What does not fit is told as Go tells it. */
export function formatVerb(value: unknown, verb: Verb): string {
  if (verb.letter === 'T') return fill(verb, typeName(value));
  const kind = kindOf(value);
  if (kind === 'slice') {
    return `[${(value as unknown[]).map((one) => formatVerb(one, verb)).join(' ')}]`;
  }
  if (kind === 'map') {
    const entries = entriesOf(value).map(
      ([key, one]) => `${formatVerb(key, verb)}:${formatVerb(one, verb)}`,
    );
    return `map[${entries.join(' ')}]`;
  }
  return formatScalar(value, verb) ?? mismatch(verb, value);
}

/** A value as `{{.}}` prints it: `true`, `1`, `text`, `[a b]`, `map[k:v]`, `<nil>`. */
export function printValue(value: unknown): string {
  return formatVerb(value, plain);
}
