import { invalidLayer } from '../rootfs-error.ts';

/** A point in time: whole seconds since 1970, rounded down, and nanoseconds beyond. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const SPACE = 0x20;

// The first bit says base 256: two's complement, big-endian, the rest of the field (a GNU extension).
function base256(block: Buffer, start: number, end: number, what: string): number {
  const first = block[start] ?? 0;
  let value = first === 0xff ? -1n : BigInt(first & 0x7f);
  for (let at = start + 1; at < end; at++) value = (value << 8n) | BigInt(block[at] ?? 0);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw invalidLayer(`${what} is out of range`);
  return number;
}

/**
 * A number of a header, from `start` to before `end`: octal digits ended by a space or NUL, or base 256. An empty field
 * is 0. Throws LAYER_INVALID.
 */
export function readNumber(block: Buffer, start: number, end: number, what: string): number {
  if (((block[start] ?? 0) & 0x80) !== 0) return base256(block, start, end, what);
  let at = start;
  while (at < end && block[at] === SPACE) at++;
  let value = 0;
  for (; at < end; at++) {
    const digit = block[at] ?? 0;
    if (digit === 0 || digit === SPACE) break;
    if (digit < 0x30 || digit > 0x37) throw invalidLayer(`${what} is not a number`);
    value = value * 8 + digit - 0x30;
  }
  return value;
}

/** The same, of what cannot be negative. Throws LAYER_INVALID. */
export function readCount(block: Buffer, start: number, end: number, what: string): number {
  return notNegative(readNumber(block, start, end, what), what);
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
