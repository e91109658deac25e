import { once } from 'node:events';
import type { ClientRequest } from 'node:http';

/** What a request carries: bytes, or a stream of them that can be read only once. */
export type RequestBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Whether the same body can be sent a second time. */
export function isResendable(body: RequestBody | undefined): boolean {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/**
 * Writes a body and ends the request; waits while the other side takes no more. Stops, without an error, when the
 * request is answered or broken off before all of it is sent: what happened is told by the request itself. Throws what
 * the source of the body throws.
 * @param onTaken called each time that some of it is on its way
 */
export async function sendBody(
  sent: ClientRequest,
  body: RequestBody | undefined,
  onTaken: () => void,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    sent.end(body);
    return;
  }
  const over = new AbortController();
  let answered = false;
  sent.once('close', () => over.abort());
  sent.once('response', (message) => {
    answered = true;
    over.abort();
    // The rest of the body will not come, so the connection is of no further use.
    message.once('close', () => void (sent.writableEnded || sent.destroy()));
  });
  for await (const chunk of body) {
    if (answered || sent.destroyed) return;
    const hasRoom = sent.write(chunk);
    if (!hasRoom) await drained(sent, over.signal);
    onTaken();
  }
  if (!answered && !sent.destroyed) sent.end();
}

async function drained(sent: ClientRequest, over: AbortSignal): Promise<void> {
  try {
    await once(sent, 'drain', { signal: over });
  } catch (error) {
    // Answered, or broken off: its own listeners know.
    if (!over.aborted) throw error;
  }
}
