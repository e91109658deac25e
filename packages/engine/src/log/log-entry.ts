import { paddedTime } from './log-time.ts';

/** What a program wrote: a line, or the part of one. */
export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  /** When it was read from the program: RFC 3339, UTC, nine digits after the second. */
  readonly time: string;
  /** With its newline, if it has one. */
  readonly text: string;
  /** Whether this is a part of a long line, which goes on in the next entry of the stream. */
  readonly continues: boolean;
}

/** No line of a log is longer, in bytes: 16 KiB of output are at most six times as much in JSON. */
export const LONGEST_LINE: number = 128 * 1024;

// Long lines are cut at 16 KiB, or up to three bytes before, where a character stands across.
const SHORTEST_PART = 16 * 1024 - 3;

// Within a JSON string a quote is escaped: where this stands, a record begins.
const START = '{"log":"';

function parseRecord(text: string): LogEntry | undefined {
  let record: { log?: unknown; stream?: unknown; time?: unknown } | null;
  try {
    record = JSON.parse(text) as typeof record;
  } catch {
    // Half of a record: its writer was cut off.
    return undefined;
  }
  const { log, stream } = record ?? {};
  const time = typeof record?.time === 'string' ? paddedTime(record.time) : undefined;
  if (typeof log !== 'string' || time === undefined) return undefined;
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const continues = !log.endsWith('\n') && Buffer.byteLength(log) >= SHORTEST_PART;
  return { stream, time, text: log, continues };
}

/**
 * The entry on a line of a log in docker's json-file form; undefined where the line is damaged. After a record that a
 * crash cut off, the next one stands on the same line: that one is the line's.
 */
export function parseEntry(line: string): LogEntry | undefined {
  const whole = parseRecord(line);
  if (whole !== undefined) return whole;
  const start = line.lastIndexOf(START);
  return start > 0 ? parseRecord(line.slice(start)) : undefined;
}
