import { OciError } from './oci-error.ts';
import { replacePattern, trimPrefix, trimSuffix } from './shell-pattern.ts';

/** What an operator of `${name…word}` works on. */
interface Operands {
  readonly name: string;
  /** Undefined: it is not set. */
  readonly value: string | undefined;
  readonly word: string;
}

/** `-` `+` `?`, with a colon where what is empty counts as not set; `#` and `%`, of which a second begins the word. */
export function isOperator(text: string): boolean {
  return /^(?::?[-+?]|[#%])$/.test(text);
}

/** Throws SUBSTITUTION_INVALID: what `?` says, or a pattern that is none. */
export function applyOperator(operator: string, { name, value, word }: Operands): string {
  if (operator === '#' || operator === '%') return trim(value ?? '', operator, word);
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
  if (operator.endsWith('-')) return isSet ? value : word;
  if (operator.endsWith('+')) return isSet ? word : '';
  if (isSet) return value;
  throw invalid(`${name}: ${word || `is not allowed to be ${value === '' ? 'empty' : 'unset'}`}`);
}

/** `${name/pattern/replacement}`. Throws SUBSTITUTION_INVALID. */
export function replaceIn(
  value: string,
  pattern: string,
  replacement: string,
  replaceAll: boolean,
): string {
  return withPattern(pattern, () => replacePattern(value, pattern, replacement, replaceAll));
}

function trim(value: string, operator: '#' | '%', word: string): string {
  const isLongest = word.startsWith(operator);
  const pattern = isLongest ? word.slice(1) : word;
  const cut = operator === '#' ? trimPrefix : trimSuffix;
  return withPattern(pattern, () => cut(value, pattern, isLongest));
}

function withPattern(pattern: string, use: () => string): string {
  try {
    return use();
  } catch (cause) {
    const why = (cause as Error).message;
    throw invalid(`invalid pattern (${pattern}) in substitution: ${why}`);
  }
}

export function invalid(why: string): OciError {
  return new OciError('SUBSTITUTION_INVALID', why);
}
