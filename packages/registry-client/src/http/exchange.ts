import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connectOptions } from './connect.ts';
import type { Connections, Sender } from './connect.ts';
import { explainNetworkError, isUntrusted, unreachable } from './network-error.ts';
import { onConnected, sendBody, trackBody } from './send-body.ts';
import type { RequestBody } from './send-body.ts';
import type { Timeouts } from './timeouts.ts';
import { explainProxyError, proxyRefused } from './tunnel.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request; nothing is added to its headers but Host and User-Agent. */
export interface HttpRequest {
  method: HttpMethod;
  url: URL;
  headers: Record<string, string>;
  /** Its length stands in the headers. */
  body?: RequestBody;
}

/** An answer whose body is not read yet: read it with `readBatches` or let go of it with `discard`. */
export interface HttpAnswer {
  url: URL;
  /** Of the request: the answer to a HEAD has no body, whatever its headers say. */
  method: HttpMethod;
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
  /** On whose behalf all this is: whose authorities are trusted for the hosts that it names. */
  registry: string;
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
  const { connections, registry } = context;
  const { body, isIntact } = trackBody(request.body);
  const tracked = { ...request, ...(body !== undefined && { body }) };
  let sender = await connections.senderFor(request.url, registry, allowLocal);
  for (;;) {
    try {
      const answer = await exchangeBy(sender, context, tracked, { allowLocal, signal });
      sender.settle();
      return answer;
    } catch (error) {
      const { next } = sender;
      if (next === undefined || !isUntrusted(error) || !isIntact()) throw error;
      sender = await next();
    }
  }
}

async function exchangeBy(
  sender: Sender,
  context: HttpContext,
  request: HttpRequest,
  { allowLocal, signal }: { allowLocal: boolean; signal: AbortSignal | undefined },
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const { url, method } = request;
  const sent = sender.request(url, {
    ...connectOptions(url, allowLocal),
    method,
    headers: { ...request.headers, 'user-agent': context.userAgent, 'accept-encoding': 'identity' },
    maxHeaderSize: MOST_HEADER_BYTES,
    ...(signal !== undefined && { signal }),
  });
  try {
    const message = await answerTo(sent, request, context.timeouts, signal);
    // Of a proxy it says nothing about the registry.
    const remoteAddress = sender.proxy === undefined ? (message.socket.remoteAddress ?? '') : '';
    const status = message.statusCode ?? 0;
    if (sender.proxy !== undefined && status === 407) {
      message.destroy();
      throw proxyRefused(sender.proxy, status);
    }
    return {
      url,
      method,
      status,
      headers: message.headers,
      remoteAddress,
      message,
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof BodyFailed) throw error.cause;
    throw explain(error, url, sender.proxy);
  }
}

// Over plain http it is the proxy that we talk to; through a tunnel, what is not explained yet is the registry's.
function explain(error: unknown, url: URL, proxy: URL | undefined): unknown {
  const isProxys = proxy !== undefined && url.protocol === 'http:' && error instanceof Error;
  if (isProxys && error.name !== 'AbortError') return explainProxyError(error, proxy);
  return explainNetworkError(error, url);
}

// What is worth waiting for to keep a connection.
const LITTLE = 64 * 1024;
const REST_MS = 2_000;

/** Lets go of an answer; its connection is kept if little is left to read, and that comes soon. */
export function discard(answer: HttpAnswer): void {
  const { message } = answer;
  message.on('error', () => message.destroy());
  if (restOf(answer) > LITTLE) {
    message.destroy();
    return;
  }
  const timer = setTimeout(() => message.destroy(), REST_MS).unref();
  message.once('close', () => clearTimeout(timer));
  message.resume();
}

// https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1
function restOf({ method, status, message }: HttpAnswer): number {
  const hasNone = method === 'HEAD' || status === 204 || status === 304;
  return hasNone ? 0 : Number(message.headers['content-length'] ?? Infinity);
}

function answerTo(
  sent: ClientRequest,
  request: HttpRequest,
  timeouts: Timeouts,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = stageTimer(sent, request, timeouts);
    // A request that waits for a tunnel hears of its own end only when that is decided.
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort);
    const settled = (): void => {
      timer.stop();
      signal?.removeEventListener('abort', onAbort);
    };
    sent.on('response', (message) => {
      settled();
      resolve(message);
    });
    // Stays for the life of the request: an error after the answer must find a listener too.
    sent.on('error', (error) => {
      settled();
      reject(error);
    });
    // What the source of a body throws is nobody's network error.
    sendBody(sent, { body: request.body, url: request.url }, timer.restart).catch(
      (error: unknown) => {
        settled();
        reject(new BodyFailed(error));
        sent.destroy();
      },
    );
  });
}

/** Carries what the source of a body threw past what explains errors of the network. */
class BodyFailed extends Error {
  constructor(cause: unknown) {
    super('the body of a request cannot be read', { cause });
  }
}

interface StageTimer {
  /** The other side shows that it is alive. */
  restart: () => void;
  stop: () => void;
}

// One timer for two stages: until the connection stands, and from there, or from the last piece of the body that was
// taken, until the headers are here.
function stageTimer(
  sent: ClientRequest,
  { url, method }: HttpRequest,
  { connectMs, headersMs, commitMs }: Timeouts,
): StageTimer {
  const answerMs = method === 'PUT' ? commitMs : headersMs;
  const arm = (ms: number, what: string): NodeJS.Timeout =>
    setTimeout(() => sent.destroy(unreachable(url, `${what} within ${ms / 1000} s`)), ms);
  let timer: NodeJS.Timeout | undefined = arm(connectMs, 'no connection');
  const connected = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = arm(answerMs, 'no answer');
  };
  onConnected(sent, url, connected);
  const stop = (): void => {
    clearTimeout(timer);
    // One that is stopped must stay so, whatever is still being sent.
    timer = undefined;
  };
  return { restart: () => timer?.refresh(), stop };
}
