import { speaksPlainHttp } from './http/network-error.ts';
import type { HttpAnswer } from './http/exchange.ts';
import { RegistryError } from './registry-error.ts';

/** Where the API of a registry is. Docker Hub's is not where its name says. */
export function originOf(registry: string, plainHttp: (host: string) => boolean): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const text = `${plainHttp(registry) ? 'http' : 'https'}://${host}`;
  if (URL.canParse(text)) return new URL(text);
  throw new RegistryError('REGISTRY_UNREACHABLE', `${registry}: is not the name of a registry`);
}

/**
 * Sends requests to an origin. One that may be plain http may also speak TLS: it is asked plainly first,
 * and by https when what it answers looks like that. Docker does it the other way round, which costs a
 * handshake each time. What it turned out to be is kept.
 */
export function askOrigin<R>(
  first: URL,
  send: (origin: URL, request: R) => Promise<HttpAnswer>,
): (request: R) => Promise<HttpAnswer> {
  let origin = first;
  let certain = origin.protocol === 'https:';
  return async (request) => {
    if (certain) return await send(origin, request);
    const plain = await settle(send(origin, request));
    if (!looksLikeTls(plain)) {
      certain = 'answer' in plain;
      return unwrap(plain);
    }
    const secure = new URL(origin);
    secure.protocol = 'https:';
    const outcome = await settle(send(secure, request));
    if ('error' in outcome && !speaksTls(outcome.error)) return unwrap(plain);
    if ('answer' in plain) plain.answer.message.destroy();
    origin = secure;
    certain = true;
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
