import { DirectoryChanges } from './directory-changes.ts';
import type { LogEntry } from './log-entry.ts';
import { LogReader } from './log-reader.ts';
import { timeText } from './log-time.ts';
import { tailStart, wholeLog } from './tail-start.ts';

/** Which entries of a log are wanted. */
export interface LogSelection {
  /** Only that many lines, counted from the end, of those between `since` and `until`. Default all. */
  readonly tail?: number | undefined;
  /** Only what was written at that moment or later; a bigint counts nanoseconds since 1970. */
  readonly since?: Date | bigint | undefined;
  /** Only what was written until that moment, which is included. */
  readonly until?: Date | bigint | undefined;
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a log is read that is still written to. */
export interface FollowOptions {
  /**
   * Whether nothing more will be written. Asked first, and whenever the log has been quiet for a moment; what is there
   * is then read to its end.
   */
  readonly ended: () => boolean | Promise<boolean>;
}

export interface ReadLogOptions extends LogSelection {
  /** Goes on with what is written from now on. Default: what is there. */
  readonly follow?: FollowOptions | undefined;
}

type Entries = AsyncGenerator<LogEntry, void, undefined>;
type IsWanted = (entry: LogEntry) => boolean;

/** Also how soon a line is seen where the file system or the kernel tells nothing. */
const QUIET_MS = 200;

function selector({ since, until }: LogSelection): IsWanted {
  const first = since === undefined ? '' : timeText(since);
  const last = until === undefined ? undefined : timeText(until);
  return ({ time }) => time >= first && (last === undefined || time <= last);
}

const isPast = (moment: Date | bigint | undefined): boolean =>
  moment !== undefined && timeText(new Date()) > timeText(moment);

async function* readFollowing(
  log: LogReader,
  changes: DirectoryChanges,
  isWanted: IsWanted,
  { until, signal, follow }: ReadLogOptions & { readonly follow: FollowOptions },
): Entries {
  let isQuiet = true;
  for (;;) {
    // Asked before the last reading: what was written until the end is there then.
    const isOver = isPast(until) || (isQuiet && (await follow.ended()));
    isQuiet = true;
    for await (const entries of log.readOn()) {
      isQuiet = false;
      for (const entry of entries) if (isWanted(entry)) yield entry;
      signal?.throwIfAborted();
    }
    if (isOver) return;
    if (!(await changes.next(QUIET_MS, signal))) isQuiet = true;
    signal?.throwIfAborted();
  }
}

async function* readPresent(log: LogReader, isWanted: IsWanted, { signal }: LogSelection): Entries {
  for await (const entries of log.readPresent()) {
    for (const entry of entries) if (isWanted(entry)) yield entry;
    signal?.throwIfAborted();
  }
}

/**
 * Reads the log of a container from its directory: `log` and its predecessors `log.1` (the newest) to `log.N`, lines
 * of docker's json-file form. Takes no lock; every line comes once and in order, also while the files are rotated. A
 * line is handed out when it is whole; one that a crash left damaged is skipped. A log that is not there is empty.
 * Files and watches are closed when the iteration ends, in whatever way.
 *
 * Throws the reason of `signal`, what `ended` throws, LOG_INVALID for what is no regular file, DurableError.
 */
export async function* readLog(directory: string, options: ReadLogOptions = {}): Entries {
  const { tail, follow, signal } = options;
  signal?.throwIfAborted();
  const isWanted = selector(options);
  // Before the first look: what changes after it is not missed.
  using changes = follow === undefined ? undefined : new DirectoryChanges(directory);
  using log = new LogReader(directory);
  await log.open((files) =>
    tail === undefined ? wholeLog(files) : tailStart(files, tail, isWanted),
  );
  if (follow === undefined || changes === undefined) yield* readPresent(log, isWanted, options);
  else yield* readFollowing(log, changes, isWanted, { ...options, follow });
}
