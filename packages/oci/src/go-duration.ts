const units: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

const WHOLE = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

// Of Go's int64.
const LONGEST = 2 ** 63;

/**
 * Nanoseconds of a duration as Go writes it: `1m30s`, `1.5h`, `-2s`, `0`; undefined for what is none.
 * https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): number | undefined {
  if (/^[-+]?0$/.test(text)) return 0;
  if (text.length > 128 || !WHOLE.test(text)) return undefined;
  const parts = [...text.matchAll(PART)];
  const sum = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units.get(unit) ?? 0),
    0,
  );
  if (sum >= LONGEST) return undefined;
  return Math.trunc(text.startsWith('-') ? -sum : sum);
}
