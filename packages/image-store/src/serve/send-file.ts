import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { ByteRange } from './range.ts';

const CHUNK = 1024 * 1024;

/**
 * Writes a part of a file as the body of an answer whose head is already set. Two buffers take turns:
 * the disk fills one while the socket empties the other, and none is allocated on the way. Rejects
 * when the file ends too early or the client goes away.
 */
export async function sendFile(
  handle: FileHandle,
  range: ByteRange,
  response: ServerResponse,
): Promise<void> {
  const length = Math.min(CHUNK, range.end - range.start);
  const buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)] as const;
  let written = Promise.resolve();
  let position = range.start;
  for (let turn: 0 | 1 = 0; position < range.end; turn = turn === 0 ? 1 : 0) {
    const wanted = Math.min(length, range.end - position);
    const [{ bytesRead }] = await Promise.all([
      handle.read(buffers[turn], 0, wanted, position),
      written,
    ]);
    if (bytesRead === 0) throw new Error('the blob became shorter while it was sent');
    position += bytesRead;
    written = write(response, buffers[turn].subarray(0, bytesRead));
    // Awaited one turn later; until then a failure is nobody's unhandled rejection.
    written.catch(() => undefined);
  }
  await written;
  response.end();
}

// A response that waits behind another on its connection has no socket yet: when that closes, neither
// the callback of its writes nor its own `close` comes. The socket of its request tells.
function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  const { socket } = response.req;
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('the client went away'));
    if (socket.destroyed) {
      onClose();
      return;
    }
    socket.once('close', onClose);
    response.write(chunk, (error) => {
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}
