import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connectOptions } from './connect.ts';
import type { Connections } from './connect.ts';
import { explainNetworkError, unreachable } from './network-error.ts';
import type { Timeouts } from './timeouts.ts';

/** One request; nothing is added to its headers but Host and User-Agent. */
export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'POST';
  url: URL;
  headers: Record<string, string>;
  body?: string;
}

/** An answer whose body is not read yet: read it with `readBatches` or let go of it with `discard`. */
export interface HttpAnswer {
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  /** The address of the machine that answered. */
  remoteAddress: string;
  message: IncomingMessage;
}

/** What all exchanges of one client share. */
export interface HttpContext {
  connections: Connections;
  timeouts: Timeouts;
  userAgent: string;
}

/** How one exchange is made. */
export interface ExchangeOptions {
  /** May the address be one of this machine or its link? */
  allowLocal: boolean;
  signal?: AbortSignal;
}

// As large as the headers of signed URLs get in practice, twice over.
const MOST_HEADER_BYTES = 32 * 1024;

/**
 * Sends one request and waits for the headers of its answer. No redirect is followed. Throws
 * REGISTRY_UNREACHABLE (transient unless the host refuses or has no address), TLS_FAILED,
 * PROTOCOL_ERROR, REDIRECT_REFUSED, or the signal's reason.
 */
export async function exchange(
  context: HttpContext,
  request: HttpRequest,
  { allowLocal, signal }: ExchangeOptions,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const { url, method, body } = request;
  const sender = await context.connections.senderFor(url);
  const sent = sender.request(url, {
    ...connectOptions(url, allowLocal),
    method,
    headers: { ...request.headers, 'user-agent': context.userAgent, 'accept-encoding': 'identity' },
    maxHeaderSize: MOST_HEADER_BYTES,
    ...(signal !== undefined && { signal }),
  });
  try {
    const message = await answerTo(sent, body, url, context.timeouts);
    const remoteAddress = message.socket.remoteAddress ?? '';
    return {
      url,
      status: message.statusCode ?? 0,
      headers: message.headers,
      remoteAddress,
      message,
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw explainNetworkError(error, url);
  }
}

/** Lets go of an answer; its connection is kept if little is left to read. */
export function discard({ message }: HttpAnswer): void {
  message.on('error', () => message.destroy());
  const length = Number(message.headers['content-length'] ?? Infinity);
  if (length <= 64 * 1024) message.resume();
  else message.destroy();
}

function answerTo(
  sent: ClientRequest,
  body: string | undefined,
  url: URL,
  timeouts: Timeouts,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const stopTimer = stageTimer(sent, url, timeouts);
    sent.on('response', (message) => {
      stopTimer();
      resolve(message);
    });
    // Stays for the life of the request: an error after the answer must find a listener too.
    sent.on('error', (error) => {
      stopTimer();
      reject(error);
    });
    sent.end(body);
  });
}

// One timer for two stages: until the connection stands, and from there until the headers are here.
function stageTimer(sent: ClientRequest, url: URL, timeouts: Timeouts): () => void {
  const { connectMs, headersMs } = timeouts;
  const arm = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => sent.destroy(unreachable(url, `${what} within ${ms / 1000} s`)), ms);
  let timer = arm(connectMs, 'no connection');
  const connected = (): void => {
    clearTimeout(timer);
    timer = arm(headersMs, 'no answer');
  };
  sent.once('socket', (socket) => {
    if (!socket.connecting) connected();
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
  });
  return () => clearTimeout(timer);
}
