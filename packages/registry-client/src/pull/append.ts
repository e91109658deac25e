import type { FileHandle } from 'node:fs/promises';
import { explainSystemError } from '@ctrkit/durable';

const MOST_PIECES = 512;

/** Writes batches one after the other, one at a time, while the next is fetched and hashed. */
export interface Appender {
  /** Waits for the batch before this one to be written, then starts on this one. */
  append(batch: Buffer[]): Promise<void>;
  /** Waits for the last one. Throws NO_SPACE, … if one failed. */
  finish(): Promise<void>;
  /** Waits for what is under way, however it ends. */
  settle(): Promise<void>;
}

/** Appends to an open file from `position` on; `path` names it in errors. */
export function createAppender(handle: FileHandle, path: string, position: number): Appender {
  let at = position;
  let failure: { error: unknown } | undefined;
  let writing = Promise.resolve();
  const settled = async (): Promise<void> => {
    await writing;
    if (failure !== undefined) throw failure.error;
  };
  return {
    append: async (batch) => {
      await settled();
      const start = at;
      for (const chunk of batch) at += chunk.length;
      writing = writeAll(handle, batch, start).catch((error: unknown) => {
        failure = { error: explainSystemError(error, path) };
      });
    },
    finish: settled,
    settle: async () => await writing,
  };
}

async function writeAll(handle: FileHandle, batch: Buffer[], position: number): Promise<void> {
  const pieces = batch.length > MOST_PIECES ? [Buffer.concat(batch)] : batch;
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let { bytesWritten } = await handle.writev(pieces, position);
  if (bytesWritten === total) return;
  // A short write: the disk is about to be full, or a signal came; the next one tells which.
  const rest = Buffer.concat(pieces, total);
  while (bytesWritten < total) {
    const more = await handle.write(
      rest,
      bytesWritten,
      total - bytesWritten,
      position + bytesWritten,
    );
    bytesWritten += more.bytesWritten;
  }
}
