import { OciError, parseJson } from '@ctrkit/oci';
import { errorAnswer } from '../http/error-answer.ts';
import { exchange } from '../http/exchange.ts';
import type { HttpAnswer, HttpContext, HttpRequest } from '../http/exchange.ts';
import { follow } from '../http/follow.ts';
import { readWhole } from '../http/read-batches.ts';
import { RegistryError } from '../registry-error.ts';
import { basicHeader } from './credentials.ts';
import type { Credentials } from './credentials.ts';

const MOST_BYTES = 1024 * 1024;
const CLIENT = 'ctrkit';

/** What a token is asked for. */
export interface TokenRequest {
  realm: URL;
  service: string | undefined;
  /** Several with spaces between them. */
  scope: string;
  credentials: Credentials | undefined;
  /** May the token server be on this machine or its link? */
  allowLocal: boolean;
  /** Asks for an identity token too, and gets the one that comes. */
  onIdentityToken?: (token: string) => void;
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
    const wanted = request.scope === '' ? '' : ` for ${request.scope}`;
    const what = `token${wanted} from ${request.realm.host}`;
    const action = actionOf(request.scope);
    throw await errorAnswer(answer, { what, absent: 'UNAUTHORIZED', action }, context.timeouts);
  }
  const given = parseToken(answer, await readWhole(answer, MOST_BYTES, context.timeouts));
  if (given.refresh !== undefined) request.onIdentityToken?.(given.refresh);
  return given.token;
}

function plainRequest(request: TokenRequest): HttpRequest {
  const { realm, service, scope, credentials, onIdentityToken } = request;
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope.split(' ')) if (one !== '') url.searchParams.append('scope', one);
  if (onIdentityToken !== undefined) {
    url.searchParams.set('client_id', CLIENT);
    url.searchParams.set('offline_token', 'true');
  }
  const known = credentials?.username !== undefined;
  return { method: 'GET', url, headers: known ? { authorization: basicHeader(credentials) } : {} };
}

function oauthRequest({ realm, service, scope }: TokenRequest, refreshToken: string): HttpRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: CLIENT,
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

type Fields = Partial<Record<'token' | 'access_token' | 'refresh_token', unknown>> | null;

function fieldsOf(bytes: Buffer): Fields {
  try {
    return parseJson(bytes) as Fields;
  } catch (error) {
    // Its cause quotes what was answered, and that may be a token.
    if (error instanceof OciError) return null;
    throw error;
  }
}

interface GivenToken {
  token: string;
  /** To be exchanged for others later. */
  refresh: string | undefined;
}

function parseToken(answer: HttpAnswer, bytes: Buffer): GivenToken {
  const value = fieldsOf(bytes);
  const token = value?.token ?? value?.access_token;
  // What may stand in a header: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
  if (typeof token === 'string' && /^[\w.~+/=-]+$/.test(token)) {
    const refresh = value?.refresh_token;
    return {
      token,
      refresh: typeof refresh === 'string' && refresh !== '' ? refresh : undefined,
    };
  }
  throw new RegistryError('PROTOCOL_ERROR', `${answer.url.host}: answered without a usable token`);
}

function actionOf(scope: string): 'login' | 'push' | 'pull' {
  if (scope === '') return 'login';
  return scope.includes(',push') ? 'push' : 'pull';
}
