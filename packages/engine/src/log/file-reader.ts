import { LONGEST_LINE, parseEntry } from './log-entry.ts';
import type { LogEntry } from './log-entry.ts';
import { presentSize, readLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;
const nothing = Buffer.alloc(0);

/** Reads one file of a log onward from a position, and goes on where it stopped. */
export class FileReader {
  readonly file: LogFile;
  readonly #buffer: Buffer = Buffer.allocUnsafe(CHUNK);
  #position: number;
  /** The beginning of a line whose end is not written yet. */
  #begun: Buffer = nothing;

  constructor(file: LogFile, position: number) {
    this.file = file;
    this.#position = position;
  }

  /** Reads to the end of the file, or to `limit`, a position: the entries of whole lines, a chunk at a time. */
  async *read(limit: number = Infinity): AsyncGenerator<LogEntry[], void, undefined> {
    for (;;) {
      const room = Math.max(0, Math.min(CHUNK, limit - this.#position));
      const bytes = await readLogFile(this.file, this.#buffer.subarray(0, room), this.#position);
      if (bytes.length === 0 && !this.#wasEmptied()) return;
      this.#position += bytes.length;
      const entries = this.#take(bytes);
      if (entries.length > 0) yield entries;
    }
  }

  // `truncate -s 0` is how people empty the log of a container that runs.
  #wasEmptied(): boolean {
    if (presentSize(this.file) >= this.#position) return false;
    this.#position = 0;
    this.#begun = nothing;
    return true;
  }

  #take(bytes: Buffer): LogEntry[] {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const lines = end === 0 ? [] : this.#linesTo(bytes.subarray(0, end - 1));
    // A line that is too long is damaged; what stands at its end may be a record all the same.
    this.#begun = Buffer.concat([this.#begun, bytes.subarray(end)]).subarray(-LONGEST_LINE);
    return lines.map(parseEntry).filter((entry) => entry !== undefined);
  }

  #linesTo(bytes: Buffer): string[] {
    const text = Buffer.concat([this.#begun, bytes]).toString();
    this.#begun = nothing;
    return text.split('\n');
  }
}
