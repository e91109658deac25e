import { parseGoTime } from './go-time.ts';

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const SECOND = 1_000_000_000n;

const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const duration = new RegExp(`^([-+]?)((?:${part.source})+)$`);
const unixTime = /^\+?(\d+)(?:\.(\d+))?$/;

function lengthOf(amount: string, unit: bigint): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole) * unit + (BigInt(fraction || 0) * unit) / 10n ** BigInt(fraction.length);
}

// A duration of Go, as time.ParseDuration reads it: 1h30m, 1.5s, -10m.
function parseDuration(text: string): bigint | undefined {
  const [, sign, parts] = duration.exec(text) ?? [];
  if (parts === undefined) return undefined;
  const sum = [...parts.matchAll(part)]
    .map(([, amount = '', unit = '']) => lengthOf(amount, units[unit] ?? 0n))
    .reduce((total, length) => total + length, 0n);
  return sign === '-' ? -sum : sum;
}

function parseUnixTime(text: string): bigint | undefined {
  const [, seconds, fraction = ''] = unixTime.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  return BigInt(seconds) * SECOND + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
}

// Which parts are there decides the layout; without a zone it is a time of this machine.
function layoutOf(text: string): string {
  const hasZone = /[zZ+]/.test(text) || text.split('-').length === 4;
  const zone = hasZone ? 'Z07:00' : '';
  if (text.includes('.')) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!text.includes('T')) return `2006-01-02${zone}`;
  const colons = text.split(':').length - 1;
  const inTime = hasZone && !/[zZ]/.test(text) ? Math.max(0, colons - 1) : colons;
  const time = ['15', '15:04'][inTime] ?? '15:04:05';
  return `2006-01-02T${time}${zone}`;
}

/**
 * A moment as docker's `--since` and `--until` take it, in nanoseconds since 1970: a date or an RFC 3339 time, with or
 * without parts and zone (without one: this machine's at `now`), a duration before `now` (`10m`, `1h30m`), or seconds
 * since 1970 with a fraction. Throws an Error in docker's words.
 */
export function parseTimeArgument(text: string, now: Date = new Date()): bigint {
  const ago = parseDuration(text);
  if (ago !== undefined) return BigInt(now.getTime()) * 1_000_000n - ago;
  // Only a date has dashes, and is told what is wrong with it.
  const unix = text.includes('-') ? undefined : parseUnixTime(text);
  if (unix !== undefined) return unix;
  if (text.includes('-')) return parseGoTime(text, layoutOf(text), -now.getTimezoneOffset());
  throw new Error(`failed to parse value as time or duration: ${JSON.stringify(text)}`);
}
