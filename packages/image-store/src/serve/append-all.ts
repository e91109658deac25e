import type { FileHandle } from 'node:fs/promises';

const BATCH = 1024 * 1024;

/**
 * Writes a stream to a file from `position` on, in batches that are worth a system call, and tells of
 * each one that is written. The chunks of a socket are small, and arrive while a batch is written.
 */
export async function appendAll(
  handle: FileHandle,
  position: number,
  source: AsyncIterable<Uint8Array>,
  onWritten: (bytes: Buffer) => void,
): Promise<void> {
  let at = position;
  const flush = async (pieces: Uint8Array[]): Promise<void> => {
    const bytes = Buffer.concat(pieces);
    await writeWhole(handle, bytes, at);
    at += bytes.length;
    onWritten(bytes);
  };
  let pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      pieces.push(chunk);
      length += chunk.length;
      if (length < BATCH) continue;
      const full = pieces;
      [pieces, length] = [[], 0];
      await flush(full);
    }
  } finally {
    // Also of a source that broke off: a client may continue where it stopped.
    if (pieces.length > 0) await flush(pieces);
  }
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
