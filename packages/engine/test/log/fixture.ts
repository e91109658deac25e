import { temporaryDirectory } from '@ctrkit/testing';
import { readLog } from '../../src/log/read-log.ts';
import type { LogEntry } from '../../src/log/log-entry.ts';
import type { ReadLogOptions } from '../../src/log/read-log.ts';
import { LogWriter } from './log-writer.ts';

export interface TestLog extends AsyncDisposable {
  readonly path: string;
  readonly writer: LogWriter;
  entries: (options?: ReadLogOptions) => Promise<LogEntry[]>;
  texts: (options?: ReadLogOptions) => Promise<string[]>;
}

/** A log in a directory of its own, gone after the test. */
export async function testLog(): Promise<TestLog> {
  const directory = await temporaryDirectory();
  const writer = new LogWriter(directory.path);
  const entries: TestLog['entries'] = (options) => collect(readLog(directory.path, options));
  return {
    path: directory.path,
    writer,
    entries,
    texts: async (options) => (await entries(options)).map(({ text }) => text),
    [Symbol.asyncDispose]: async () => {
      writer[Symbol.dispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A reader of a log that is still written to, which is asked for one entry at a time. */
export class Follower implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #entries: AsyncGenerator<LogEntry, void, undefined>;
  #hasEnded = false;
  #next: Promise<IteratorResult<LogEntry, void>> | undefined;

  constructor(path: string, options: Omit<ReadLogOptions, 'follow' | 'signal'> = {}) {
    this.#entries = readLog(path, {
      ...options,
      signal: this.#controller.signal,
      follow: { ended: () => this.#hasEnded },
    });
  }

  /** The text of the next entry; undefined where there is none. */
  async next(): Promise<string | undefined> {
    this.#next ??= this.#entries.next();
    const { value } = await this.#next;
    this.#next = undefined;
    return value?.text;
  }

  /** Lets it begin to wait for the next entry. */
  async wait(): Promise<void> {
    this.#next ??= this.#entries.next();
    this.#next.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
  }

  end(): void {
    this.#hasEnded = true;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasEnded = true;
    await this.#next?.catch(() => {});
    await this.#entries.return();
  }
}
