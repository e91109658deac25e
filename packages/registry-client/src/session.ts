import { createAuthorizer } from './auth/authorizer.ts';
import type { Authorizer, AuthorizerSettings } from './auth/authorizer.ts';
import { errorAnswer } from './http/error-answer.ts';
import type { Asked } from './http/error-answer.ts';
import { discard } from './http/exchange.ts';
import type { HttpAnswer, HttpContext } from './http/exchange.ts';
import { follow } from './http/follow.ts';
import type { RetryPolicy } from './http/retry.ts';
import { askOrigin, originOf } from './origin.ts';

/** One request to the API of a registry. */
export interface ApiRequest extends Asked {
  /** Empty where it is about the registry as a whole. */
  repository: string;
  /** Below `/v2/<repository>/`, with its query: `manifests/latest`. */
  path: string;
  /** What it is done for, and so what a token must allow. @default `repository:<repository>:pull` */
  scope?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Talks to one registry; remembers how it wants to be asked. */
export interface Session {
  readonly context: HttpContext;
  readonly retryPolicy: RetryPolicy;
  /**
   * Answers of status 2xx, with their body not yet read. Tries once, save for one more time with new
   * credentials. Throws a RegistryError for any other answer.
   */
  get(request: ApiRequest): Promise<HttpAnswer>;
}

/** What a session is made of. */
export interface SessionSettings extends AuthorizerSettings {
  retryPolicy: RetryPolicy;
}

/** A session opens no connection before it is asked for something. */
export function createSession(settings: SessionSettings): Session {
  const { context, retryPolicy } = settings;
  const authorizer = createAuthorizer(settings);
  const ask = askOrigin(
    originOf(settings.registry, settings.plainHttp),
    (origin, request: ApiRequest) => authorized(context, origin, authorizer, request),
  );
  return {
    context,
    retryPolicy,
    get: async (request) => {
      const answer = await ask(request);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw await errorAnswer(answer, request, context.timeouts);
    },
  };
}

async function authorized(
  context: HttpContext,
  origin: URL,
  authorizer: Authorizer,
  request: ApiRequest,
): Promise<HttpAnswer> {
  const { repository, signal, scope = `repository:${repository}:pull` } = request;
  const access = { repository, scope };
  const used = await authorizer.current(access);
  const answer = await send(context, origin, request, used);
  // Only the registry itself may ask for credentials, not where it redirects to.
  if (answer.status !== 401 || answer.url.origin !== origin.origin) return answer;
  const renewed = await authorizer.renew(access, answer, used, signal);
  if (renewed === undefined || renewed === used) return answer;
  discard(answer);
  return await send(context, origin, request, renewed);
}

// The registry itself is where the user said it is, so it may be on this machine.
async function send(
  context: HttpContext,
  origin: URL,
  { repository, path, headers, signal }: ApiRequest,
  authorization: string | undefined,
): Promise<HttpAnswer> {
  const url = new URL(`/v2/${repository === '' ? '' : `${repository}/`}${path}`, origin);
  const all = { ...headers, ...(authorization !== undefined && { authorization }) };
  const options = { allowLocal: true, ...(signal !== undefined && { signal }) };
  return await follow(context, { method: 'GET', url, headers: all }, options);
}
