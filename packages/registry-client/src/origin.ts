import { discard, exchange } from './http/exchange.ts';
import type { HttpAnswer, HttpContext } from './http/exchange.ts';
import { speaksPlainHttp } from './http/network-error.ts';
import { RegistryError } from './registry-error.ts';

/** How a host may be spoken to, in the order in which it is tried. */
export type Schemes = readonly ['http' | 'https', ...('http' | 'https')[]];

/** Where the API of a registry may be, in the order in which it is tried. */
export type Origins = readonly [URL, ...URL[]];

/** Where the API of a registry is. Docker Hub's is not where its name says. Throws REGISTRY_UNREACHABLE. */
export function originsOf(registry: string, schemes: (host: string) => Schemes): Origins {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const at = (scheme: 'http' | 'https'): URL => {
    // Each from the text: a port that is the usual one of a scheme is not that of the other.
    const text = `${scheme}://${host}`;
    if (URL.canParse(text)) return new URL(text);
    throw new RegistryError('REGISTRY_UNREACHABLE', `${registry}: is not the name of a registry`);
  };
  const [first, ...others] = schemes(registry);
  return [at(first), ...others.map(at)];
}

/** Sends requests to where a registry turns out to be. What was found out is kept. */
export function askOrigin<R>(
  context: HttpContext,
  origins: Origins,
  send: (origin: URL, request: R) => Promise<HttpAnswer>,
): (request: R, signal?: AbortSignal) => Promise<HttpAnswer> {
  const [first, other] = origins;
  if (other === undefined) return async (request) => await send(first, request);
  if (first.protocol === 'http:') return plainFirst(first, other, send);
  let origin: URL | undefined;
  return async (request, signal) => {
    origin ??= await findOrigin(context, first, other, signal);
    return await send(origin, request);
  };
}

/**
 * Asks over TLS whether somebody is there, and plainly only where nobody speaks TLS: as nobody, so that no login is sent in
 * clear to one that does. A failure of which it is not known tells nothing, and is tried again by the next request.
 */
async function findOrigin(
  context: HttpContext,
  secure: URL,
  plain: URL,
  signal: AbortSignal | undefined,
): Promise<URL> {
  const overTls = await settle(ping(context, secure, signal));
  if ('answer' in overTls) {
    discard(overTls.answer);
    return secure;
  }
  signal?.throwIfAborted();
  if (!mayBePlain(secure, overTls.error)) throw overTls.error;
  const plainly = await settle(ping(context, plain, signal));
  if (!('answer' in plainly)) throw overTls.error;
  discard(plainly.answer);
  if (looksLikeTls(plainly)) throw overTls.error;
  return plain;
}

async function ping(
  context: HttpContext,
  origin: URL,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  const options = { allowLocal: true, ...(signal !== undefined && { signal }) };
  const url = new URL('/v2/', origin);
  return await exchange(context, { method: 'GET', url, headers: {} }, options);
}

// At a port that was named there may be somebody who takes the handshake for nonsense, and hangs up or waits for more.
// Without one it is another port, and only that nobody is at the first makes it a likely one.
function mayBePlain(secure: URL, error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  if (error.code === 'TLS_FAILED') return speaksPlainHttp(error);
  return error.code === 'REGISTRY_UNREACHABLE' && (secure.port !== '' || !error.transient);
}

/**
 * On loopback most speak plain http, and a handshake in vain each time would be the dearest part of many a request: these are
 * asked plainly first, and by https when what they answer looks like that.
 */
function plainFirst<R>(
  plain: URL,
  secure: URL,
  send: (origin: URL, request: R) => Promise<HttpAnswer>,
): (request: R) => Promise<HttpAnswer> {
  let origin: URL | undefined;
  return async (request) => {
    if (origin !== undefined) return await send(origin, request);
    const plainly = await settle(send(plain, request));
    if (!looksLikeTls(plainly)) {
      if ('answer' in plainly) origin = plain;
      return unwrap(plainly);
    }
    const outcome = await settle(send(secure, request));
    if ('error' in outcome && !speaksTls(outcome.error)) return unwrap(plainly);
    if ('answer' in plainly) plainly.answer.message.destroy();
    origin = secure;
    return unwrap(outcome);
  };
}

type Outcome = { answer: HttpAnswer } | { error: unknown };

async function settle(sending: Promise<HttpAnswer>): Promise<Outcome> {
  try {
    return { answer: await sending };
  } catch (error) {
    return { error };
  }
}

function unwrap(outcome: Outcome): HttpAnswer {
  if ('error' in outcome) throw outcome.error;
  return outcome.answer;
}

// A TLS server answers plain http with status 400, with bytes that are no HTTP, or by hanging up.
function looksLikeTls(outcome: Outcome): boolean {
  if ('answer' in outcome) return outcome.answer.status === 400;
  const { error } = outcome;
  if (!(error instanceof RegistryError)) return false;
  return (
    error.code === 'PROTOCOL_ERROR' || (error.code === 'REGISTRY_UNREACHABLE' && error.transient)
  );
}

// Whether what went wrong over https went wrong after TLS was understood.
function speaksTls(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return true;
  if (error.code === 'TLS_FAILED') return !speaksPlainHttp(error);
  return error.code !== 'REGISTRY_UNREACHABLE' && error.code !== 'PROTOCOL_ERROR';
}
