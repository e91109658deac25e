import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A line of docker's json-file form. */
export function recordOf(text: string, changes: { stream?: string; time?: string } = {}): string {
  const { stream = 'stdout', time = '2026-11-25T22:14:02.123456789Z' } = changes;
  return `${JSON.stringify({ log: text, stream, time })}\n`;
}

/** Writes a log as a container's supervisor does: appends, and renames the files once one is full. */
export class LogWriter {
  readonly #directory: string;
  readonly #kept: number;
  #fd: number;

  /** @param kept how many old files there are at most */
  constructor(directory: string, kept = 4) {
    this.#directory = directory;
    this.#kept = kept;
    this.#fd = this.#open();
  }

  get size(): number {
    return fstatSync(this.#fd).size;
  }

  append(bytes: string | Buffer): void {
    writeSync(this.#fd, Buffer.from(bytes));
  }

  write(text: string, changes: { stream?: string; time?: string } = {}): void {
    this.append(recordOf(text, changes));
  }

  rotate(): void {
    this.renameAll();
    this.reopen();
  }

  /** A rotation that was cut off: there is no file to write to any more. */
  renameAll(): void {
    for (let age = this.#kept; age > 0; age--) {
      const from = this.#path(age - 1);
      if (existsSync(from)) renameSync(from, this.#path(age));
    }
  }

  /** Goes on as a supervisor that was started after another one had died. */
  reopen(): void {
    closeSync(this.#fd);
    this.#fd = this.#open();
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #path(age: number): string {
    return join(this.#directory, age === 0 ? 'log' : `log.${age}`);
  }

  #open(): number {
    return openSync(this.#path(0), constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND);
  }
}
