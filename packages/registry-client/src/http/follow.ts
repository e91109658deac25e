import { RegistryError } from '../registry-error.ts';
import { discard, exchange } from './exchange.ts';
import type { HttpAnswer, HttpContext, HttpRequest } from './exchange.ts';
import { isLocalAddress } from './local-address.ts';

const MOST_HOPS = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a GET or HEAD and follows what redirects it, at most five times. The Authorization header goes
 * to the first URL's origin (scheme, host and port) alone; once left, it is not sent again, not even
 * on the way back. Never from https to http, nor from a registry elsewhere to this machine or its link.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md (redirects of blobs)
 * Throws REDIRECT_REFUSED, PROTOCOL_ERROR and what `exchange` throws.
 */
export async function follow(
  context: HttpContext,
  request: HttpRequest,
  { allowLocal, signal }: { allowLocal: boolean; signal?: AbortSignal },
): Promise<HttpAnswer> {
  const passOn = signal === undefined ? {} : { signal };
  let hop = request;
  let localToo = allowLocal;
  for (let hops = 0; ; hops += 1) {
    const answer = await exchange(context, hop, { allowLocal: localToo, ...passOn });
    if (!redirects.has(answer.status)) return answer;
    discard(answer);
    if (hops === MOST_HOPS) throw refused(request.url, `it redirects more than ${MOST_HOPS} times`);
    hop = nextHop(hop, answer.headers.location);
    localToo = isLocalAddress(answer.remoteAddress);
  }
}

/** The request that a redirect to `location` asks for. Throws REDIRECT_REFUSED, PROTOCOL_ERROR. */
export function nextHop(from: HttpRequest, location: string | undefined): HttpRequest {
  const url = target(from.url, location);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(from.url, `it redirects to a ${url.protocol} address`);
  }
  if (from.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(from.url, `it redirects from https to plain http on ${url.host}`);
  }
  // Credentials in a URL would be turned into a header of their own.
  url.username = '';
  url.password = '';
  if (url.origin === from.url.origin) return { ...from, url };
  const { authorization: _, ...headers } = from.headers;
  return { ...from, url, headers };
}

function target(base: URL, location: string | undefined): URL {
  if (location !== undefined && URL.canParse(location, base.href)) return new URL(location, base);
  throw new RegistryError('PROTOCOL_ERROR', `${base.host}: a redirect that leads nowhere`);
}

function refused(url: URL, why: string): RegistryError {
  return new RegistryError('REDIRECT_REFUSED', `${url.host}: not followed: ${why}`);
}
