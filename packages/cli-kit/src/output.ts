import { write as writeAsync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';

/** stdout or stderr. */
export interface Output {
  readonly fd: number;
  readonly isTerminal: boolean;
  /**
   * Writes all of it before it returns. Throws CliError OUTPUT_CLOSED when the reader is gone (`| head`), which ends
   * the program quietly.
   */
  readonly write: (data: string | Uint8Array) => void;
  /** A stream to pipe large data into; ending it leaves the descriptor open. */
  readonly stream: () => Writable;
}

const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

function translate(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return error;
  return new CliError('OUTPUT_CLOSED', 'the reader of the output is gone', {
    cause: error,
    exitCode: 141,
  });
}

/** Waits without running anything else: a full pipe that somebody made non-blocking. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

function writeAll(fd: number, data: Uint8Array): void {
  for (let offset = 0; offset < data.length;) {
    try {
      offset += writeSync(fd, data, offset);
    } catch (error) {
      if (!isBusy(error)) throw translate(error);
      pause();
    }
  }
}

function writeLater(fd: number, data: Buffer, done: (error?: Error | null) => void): void {
  writeAsync(fd, data, 0, data.length, null, (error, written) => {
    if (error !== null && isBusy(error)) setTimeout(writeLater, 2, fd, data, done);
    else if (error !== null) done(translate(error) as Error);
    else if (written < data.length) writeLater(fd, data.subarray(written), done);
    else done();
  });
}

/**
 * Output on a descriptor, without `process.stdout`: opening that would make the pipe non-blocking for every process
 * that shares it, a container's too, and costs time at the start.
 */
export function createOutput(fd: number): Output {
  return {
    fd,
    get isTerminal() {
      // Imported when asked for: it brings the network along, two milliseconds.
      return process.getBuiltinModule('node:tty').isatty(fd);
    },
    write: (data) => writeAll(fd, typeof data === 'string' ? Buffer.from(data) : data),
    stream: () =>
      new Writable({
        highWaterMark: 1024 * 1024,
        write: (chunk: Buffer, _encoding, done) => writeLater(fd, chunk, done),
      }),
  };
}
