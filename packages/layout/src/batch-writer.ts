import type { FileHandle } from 'node:fs/promises';
import { explainSystemError } from '@ctrkit/durable';

const WORTH_WRITING = 256 * 1024;
const MOST_WAITING = 4 * 1024 * 1024;
const MOST_PIECES = 512;

/**
 * Appends to a file with few, large writes, one at a time, while the caller goes on to fetch and hash
 * the next bytes. Holds at most about 4 MiB that are not yet written.
 */
export class BatchWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  /** @param path names the file in errors (NO_SPACE, …) */
  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** Takes a chunk, which must not change any more; resolves when there is room for the next. */
  async write(chunk: Buffer): Promise<void> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= WORTH_WRITING) this.#writing ??= this.#flush();
    if (this.#waitingBytes >= MOST_WAITING) await this.#writing;
    this.#throwFailure();
  }

  /** Resolves when everything is written, or throws what stopped it. */
  async finish(): Promise<void> {
    await this.#writing;
    this.#throwFailure();
    await this.#flush();
    this.#throwFailure();
  }

  /** Resolves when no write is under way any more, whether it succeeded or not. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        await writeAll(this.#handle, batch);
      }
    } catch (error) {
      this.#failure = { error: explainSystemError(error, this.#path) };
    }
    this.#writing = undefined;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

async function writeAll(handle: FileHandle, batch: Buffer[]): Promise<void> {
  const total = batch.reduce((sum, chunk) => sum + chunk.length, 0);
  const pieces = batch.length > MOST_PIECES ? [Buffer.concat(batch)] : batch;
  let { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten === total) return;
  // A short write: the disk is about to be full, or a signal came; the next one tells which.
  const rest = Buffer.concat(batch, total);
  while (bytesWritten < total)
    bytesWritten += (await handle.write(rest, bytesWritten)).bytesWritten;
}
