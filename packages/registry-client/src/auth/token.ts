import { parseJson } from '@ctrkit/oci';
import { errorAnswer } from '../http/error-answer.ts';
import { exchange } from '../http/exchange.ts';
import type { HttpAnswer, HttpContext, HttpRequest } from '../http/exchange.ts';
import { follow } from '../http/follow.ts';
import { readWhole } from '../http/read-batches.ts';
import { RegistryError } from '../registry-error.ts';
import { basicHeader } from './credentials.ts';
import type { Credentials } from './credentials.ts';

const MOST_BYTES = 1024 * 1024;

/** What a token is asked for. */
export interface TokenRequest {
  realm: URL;
  service: string | undefined;
  scope: string;
  credentials: Credentials | undefined;
  /** May the token server be on this machine or its link? */
  allowLocal: boolean;
}

/**
 * Fetches a bearer token: with a refresh token by OAuth2, else by Basic or as anybody. Throws
 * UNAUTHORIZED, DENIED, PROTOCOL_ERROR and what `follow` throws.
 * https://distribution.github.io/distribution/spec/auth/token/ and …/spec/auth/oauth/
 */
export async function fetchToken(
  context: HttpContext,
  request: TokenRequest,
  signal?: AbortSignal,
): Promise<string> {
  const options = { allowLocal: request.allowLocal, ...(signal !== undefined && { signal }) };
  const identityToken = request.credentials?.identityToken;
  const answer =
    identityToken === undefined
      ? await follow(context, plainRequest(request), options)
      : await exchange(context, oauthRequest(request, identityToken), options);
  if (answer.status !== 200) {
    const what = `token for ${request.scope} from ${request.realm.host}`;
    throw await errorAnswer(answer, { what, absent: 'UNAUTHORIZED' }, context.timeouts);
  }
  return tokenOf(answer, await readWhole(answer, MOST_BYTES, context.timeouts));
}

function plainRequest({ realm, service, scope, credentials }: TokenRequest): HttpRequest {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope.split(' ')) url.searchParams.append('scope', one);
  const known = credentials?.username !== undefined;
  return { method: 'GET', url, headers: known ? { authorization: basicHeader(credentials) } : {} };
}

function oauthRequest({ realm, service, scope }: TokenRequest, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'ctrkit',
    service: service ?? realm.host,
    scope,
    refresh_token: refreshToken,
  });
  const body = form.toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(body)),
  };
  return { method: 'POST', url: realm, headers, body };
}

function tokenOf(answer: HttpAnswer, bytes: Buffer): string {
  const value = parseJson(bytes) as { token?: unknown; access_token?: unknown } | null;
  const token = value?.token ?? value?.access_token;
  // What may stand in a header: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
  if (typeof token === 'string' && /^[\w.~+/=-]+$/.test(token)) return token;
  throw new RegistryError('PROTOCOL_ERROR', `${answer.url.host}: answered without a usable token`);
}
