import { once } from 'node:events';
import type { ClientRequest } from 'node:http';

/** What a request carries: bytes, or a stream of them that can be read only once. */
export type RequestBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Whether the same body can be sent a second time. */
export function isResendable(body: RequestBody | undefined): boolean {
  return body === undefined || typeof body === 'string' || body instanceof Uint8Array;
}

/** A body, and whether anything of it was taken: if not, it can still be sent elsewhere. */
export interface TrackedBody {
  readonly body: RequestBody | undefined;
  readonly isIntact: () => boolean;
}

/** Watches over a body that may be a stream. */
export function trackBody(body: RequestBody | undefined): TrackedBody {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    return { body, isIntact: () => true };
  }
  let isTouched = false;
  const start = (): AsyncIterator<Uint8Array> => {
    isTouched = true;
    return body[Symbol.asyncIterator]();
  };
  return { body: { [Symbol.asyncIterator]: start }, isIntact: () => !isTouched };
}

/**
 * Calls back once when the connection of a request stands, TLS included; at once where it is a kept one.
 */
export function onConnected(sent: ClientRequest, { protocol }: URL, then: () => void): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) then();
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', then);
  });
}

/**
 * Writes a body and ends the request; waits while the other side takes no more. A stream is not touched before the
 * connection stands. Stops, without an error, when the
 * request is answered or broken off before all of it is sent: what happened is told by the request itself. Throws what
 * the source of the body throws.
 * @param onTaken called each time that some of it is on its way
 */
export async function sendBody(
  sent: ClientRequest,
  { body, url }: { body: RequestBody | undefined; url: URL },
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
  await connected(sent, url);
  if (sent.destroyed) return;
  for await (const chunk of body) {
    if (answered || sent.destroyed) return;
    const hasRoom = sent.write(chunk);
    if (!hasRoom) await drained(sent, over.signal);
    onTaken();
  }
  if (!answered && !sent.destroyed) sent.end();
}

async function connected(sent: ClientRequest, url: URL): Promise<void> {
  await new Promise<void>((resolve) => {
    sent.once('close', resolve);
    onConnected(sent, url, resolve);
  });
}

async function drained(sent: ClientRequest, over: AbortSignal): Promise<void> {
  try {
    await once(sent, 'drain', { signal: over });
  } catch (error) {
    // Answered, or broken off: its own listeners know.
    if (!over.aborted) throw error;
  }
}
