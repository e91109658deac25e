import { Float } from './kinds.ts';
import { quote } from './quote.ts';
import type { Token } from './tokens.ts';

const escapes =
  /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2}))|\\/g;
const simple: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** A constant, or what is wrong with it. */
export type Constant = { readonly value: unknown } | { readonly problem: string };

function unescape(text: string, mark: string): string | undefined {
  let isWrong = false;
  const result = text.replace(escapes, (all, ...groups: (string | undefined)[]) => {
    const [named, hex, short, long, octal] = groups;
    const other = mark === '"' ? "'" : '"';
    const point =
      octal === undefined ? parseInt(hex ?? short ?? long ?? '', 16) : parseInt(octal, 8);
    isWrong ||= all === '\\' || named === other || point > 0x10ffff;
    return named === undefined ? String.fromCodePoint(isWrong ? 0 : point) : (simple[named] ?? '');
  });
  return isWrong ? undefined : result;
}

function runeConstant(text: string): Constant {
  const inner = unescape(text.slice(1, -1), "'");
  if (inner === undefined || Array.from(inner).length !== 1) {
    return { problem: `malformed character constant: ${text}` };
  }
  return { value: inner.codePointAt(0) };
}

const integerForms: readonly RegExp[] = [
  /^[+-]?(?:0|[1-9](?:_?\d)*)$/,
  /^[+-]?0[xX](?:_?[\da-fA-F])+$/,
  /^[+-]?0[bB](?:_?[01])+$/,
  /^[+-]?0[oO]?(?:_?[0-7])+$/,
];
const floatForm = /^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function integer(text: string): number {
  const digits = text.replace(/^[+-]/, '').replaceAll('_', '');
  const value = Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return text.startsWith('-') && value !== 0 ? -value : value;
}

function numberConstant(text: string): Constant {
  if (integerForms.some((form) => form.test(text))) {
    const value = integer(text);
    return Number.isSafeInteger(value)
      ? { value }
      : { problem: `integer overflow: ${quote(text)}` };
  }
  const value = Number(text.replaceAll('_', ''));
  return floatForm.test(text) && Number.isFinite(value)
    ? { value: new Float(value) }
    : { problem: `illegal number syntax: ${quote(text)}` };
}

/** What a token stands for that is a constant: a string, a number, a character, a boolean or nil. */
export function constant(token: Token): Constant {
  const { kind, text } = token;
  if (kind === 'boolean') return { value: text === 'true' };
  if (kind === 'nil') return { value: null };
  if (kind === 'raw') return { value: text.slice(1, -1) };
  if (kind === 'rune') return runeConstant(text);
  if (kind === 'number') return numberConstant(text);
  const value = unescape(text.slice(1, -1), '"');
  return value === undefined ? { problem: 'invalid syntax' } : { value };
}
