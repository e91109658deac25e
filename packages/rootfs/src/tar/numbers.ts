import { invalidLayer } from '../rootfs-error.ts';

/** A point in time: whole seconds since 1970, rounded down, and nanoseconds beyond. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const SPACE = 0x20;

// The first bit says base 256: two's complement, big-endian, the rest of the field (a GNU extension).
function base256(field: Buffer, what: string): number {
  const negative = (field[0] ?? 0) === 0xff;
  let value = negative ? -1n : BigInt((field[0] ?? 0) & 0x7f);
  for (let i = 1; i < field.length; i++) value = (value << 8n) | BigInt(field[i] ?? 0);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw invalidLayer(`${what} is out of range`);
  return number;
}

/** A number of a header: octal digits ended by a space or NUL, or base 256. An empty field is 0. Throws LAYER_INVALID. */
export function readNumber(field: Buffer, what: string): number {
  if (((field[0] ?? 0) & 0x80) !== 0) return base256(field, what);
  let at = 0;
  while (field[at] === SPACE) at++;
  let value = 0;
  for (; at < field.length; at++) {
    const digit = field[at] ?? 0;
    if (digit === 0 || digit === SPACE) break;
    if (digit < 0x30 || digit > 0x37) throw invalidLayer(`${what} is not a number`);
    value = value * 8 + digit - 0x30;
  }
  return value;
}

/** The same, of what cannot be negative. Throws LAYER_INVALID. */
export function readCount(field: Buffer, what: string): number {
  return notNegative(readNumber(field, what), what);
}

export function notNegative(value: number, what: string): number {
  if (value >= 0) return value;
  throw invalidLayer(`${what} is negative`);
}

/** A number written in decimal, 0 to 2⁵³ - 1. Throws LAYER_INVALID. */
export function readDecimal(text: string, what: string): number {
  const value = Number(text);
  if (/^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
  throw invalidLayer(`${what} is not a number from 0 to 2⁵³`);
}

/** A time of a PAX record: decimal seconds with a fraction; digits beyond nanoseconds are cut off. Throws LAYER_INVALID. */
export function readTime(text: string): Time {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) throw invalidLayer('mtime is not a number of seconds');
  const [, sign, whole, fraction = ''] = match;
  const seconds = Number(whole);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign === '') return { seconds, nanoseconds };
  if (nanoseconds === 0) return { seconds: 0 - seconds, nanoseconds };
  return { seconds: -seconds - 1, nanoseconds: 1_000_000_000 - nanoseconds };
}
