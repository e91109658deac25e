import { linesBackwards } from './lines-backwards.ts';
import { parseEntry } from './log-entry.ts';
import type { LogEntry } from './log-entry.ts';
import type { LogFile } from './log-file.ts';

/** Where to begin reading: in which of the files, and at which position. */
export interface Start {
  readonly index: number;
  readonly position: number;
}

/** Where all of the files begin, which come newest first. */
export const wholeLog = (files: readonly LogFile[]): Start => ({
  index: files.length - 1,
  position: 0,
});

/**
 * Where the last `count` lines of a log begin, of those that are wanted. A long line counts once, however many entries
 * it takes. Reads from the end, and no further than it has to.
 */
export async function tailStart(
  files: readonly LogFile[],
  count: number,
  isWanted: (entry: LogEntry) => boolean,
): Promise<Start> {
  let found = 0;
  for (const [index, file] of files.entries()) {
    for await (const { text, end } of linesBackwards(file)) {
      const entry = parseEntry(text);
      if (entry === undefined || entry.continues || !isWanted(entry)) continue;
      if (found === count) return { index, position: end };
      found += 1;
    }
  }
  return wholeLog(files);
}
