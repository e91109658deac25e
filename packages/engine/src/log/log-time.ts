const NANOSECONDS = 1_000_000n;
const EARLIEST = BigInt(Date.parse('0000-01-01T00:00:00Z')) * NANOSECONDS;
const LATEST = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * NANOSECONDS + 999_999n;

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;
const LENGTH = '2026-01-02T03:04:05.123456789Z'.length;

/**
 * A time of a log (RFC 3339, UTC) with nine digits after the second, as `docker logs -t` writes it: texts of that
 * form sort as their times do. Undefined for what is no such time.
 */
export function paddedTime(text: string): string | undefined {
  const [, seconds, fraction = ''] = pattern.exec(text) ?? [];
  if (seconds === undefined) return undefined;
  return text.length === LENGTH ? text : `${seconds}.${fraction.padEnd(9, '0')}Z`;
}

/** A moment, or nanoseconds since 1970, in the same form; what lies outside of the years 0 to 9999 is cut to them. */
export function timeText(time: Date | bigint): string {
  const given = time instanceof Date ? BigInt(time.getTime()) * NANOSECONDS : time;
  const capped = given < EARLIEST ? EARLIEST : given > LATEST ? LATEST : given;
  const nanoseconds = ((capped % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  const milliseconds = new Date(Number((capped - nanoseconds) / NANOSECONDS)).toISOString();
  return `${milliseconds.slice(0, -1)}${String(nanoseconds).padStart(6, '0')}Z`;
}
