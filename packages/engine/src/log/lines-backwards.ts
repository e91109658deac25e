import { LONGEST_LINE } from './log-entry.ts';
import { readLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;
const nothing = Buffer.alloc(0);

/** A line without its newline, and the position behind that. */
export interface PlacedLine {
  readonly text: string;
  readonly end: number;
}

/** The whole lines that a file had when it was opened, from the last one back; read when they are asked for. */
export async function* linesBackwards(file: LogFile): AsyncGenerator<PlacedLine, void, undefined> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  // What is known of a line whose beginning is not read yet, and where it ends: before the first newline, nowhere.
  let known = nothing;
  let end: number | undefined;
  for (let start = file.size; start > 0;) {
    const from = Math.max(0, start - CHUNK);
    const bytes = await readLogFile(file, buffer.subarray(0, start - from), from);
    let unread = bytes.length;
    while (unread > 0) {
      const newline = bytes.lastIndexOf(NEWLINE, unread - 1);
      const part = bytes.subarray(newline + 1, unread);
      if (end !== undefined) known = Buffer.concat([part, known]).subarray(-LONGEST_LINE);
      if (newline < 0) break;
      if (end !== undefined) yield { text: known.toString(), end };
      known = nothing;
      end = from + newline + 1;
      unread = newline;
    }
    start = from;
  }
  if (end !== undefined) yield { text: known.toString(), end };
}
