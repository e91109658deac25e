import { FileReader } from './file-reader.ts';
import type { LogEntry } from './log-entry.ts';
import { closeLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import { isCurrent, openLogFiles } from './log-files.ts';
import { wholeLog } from './tail-start.ts';
import type { Start } from './tail-start.ts';

type Batches = AsyncGenerator<LogEntry[], void, undefined>;

/** Reads the files of a log one after the other, whatever they are called by then: each line once, in order. */
export class LogReader implements Disposable {
  readonly #directory: string;
  /** What is to be read, the oldest first; the last one may be still written to. */
  readonly #readers: FileReader[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Opens what there is, to be read from where `chooseStart` says. Throws LOG_INVALID, DurableError. */
  async open(chooseStart: (files: readonly LogFile[]) => Start | Promise<Start>): Promise<void> {
    const files = await openLogFiles(this.#directory);
    let start: Start = { index: -1, position: 0 };
    try {
      start = await chooseStart(files);
    } finally {
      // Those before the start are not needed, and after an error none is.
      files.slice(start.index + 1).forEach(closeLogFile);
    }
    const [first, ...newer] = files.slice(0, start.index + 1).toReversed();
    if (first !== undefined) this.#readers.push(new FileReader(first, start.position));
    this.#readers.push(...newer.map((file) => new FileReader(file, 0)));
  }

  /** Reads what was there when it was opened, and no more: a busy container would keep us for ever. */
  async *readPresent(): Batches {
    for (const reader of this.#readers) yield* reader.read(reader.file.size);
  }

  /** Reads to the end of what there is; called again, what was added since, also in files that are new. */
  async *readOn(): Batches {
    if (this.#readers.length === 0) await this.open(wholeLog);
    for (;;) {
      const [reader] = this.#readers;
      if (reader === undefined) return;
      // Asked before it is read: what is written to a file comes before it is renamed.
      const isLast = this.#readers.length === 1 && isCurrent(this.#directory, reader.file);
      yield* reader.read();
      if (isLast || !(await this.#openNext(reader))) return;
      this.#readers.shift();
      closeLogFile(reader.file);
    }
  }

  // Where the file itself is gone, there were more rotations than files are kept: then all that is left is newer.
  async #openNext({ file }: FileReader): Promise<boolean> {
    if (this.#readers.length === 1) {
      await this.open((files) => {
        const own = files.findIndex(({ identity }) => identity === file.identity);
        return own < 0 ? wholeLog(files) : { index: own - 1, position: 0 };
      });
    }
    return this.#readers.length > 1;
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#readers.splice(0)) closeLogFile(file);
  }
}
