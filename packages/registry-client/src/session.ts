import { createAuthorizer } from './auth/authorizer.ts';
import type { Authorizer, AuthorizerSettings } from './auth/authorizer.ts';
import { errorAnswer } from './http/error-answer.ts';
import type { Asked } from './http/error-answer.ts';
import { discard } from './http/exchange.ts';
import { exchange } from './http/exchange.ts';
import type { HttpAnswer, HttpContext, HttpMethod, HttpRequest } from './http/exchange.ts';
import { follow } from './http/follow.ts';
import type { RetryPolicy } from './http/retry.ts';
import { isResendable } from './http/send-body.ts';
import type { RequestBody } from './http/send-body.ts';
import { askOrigin, originsOf } from './origin.ts';
import { RegistryError } from './registry-error.ts';
import { checkTarget } from './request-target.ts';
import type { RequestTarget } from './request-target.ts';

/** One request to the API of a registry. */
export interface ApiRequest extends Asked {
  /** Empty for what concerns the registry as a whole. */
  repository: string;
  /** @default GET */
  method?: HttpMethod;
  body?: RequestBody;
  /** What it is done for, and so what a token must allow. @default `repository:<repository>:pull` */
  scope?: string;
  /** Where else than at `path` the registry wants this one to go. */
  at?: RequestTarget;
  /** Below `/v2/<repository>/`, with its query: `manifests/latest`. */
  path: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Talks to one registry; remembers how it wants to be asked. */
export interface Session {
  readonly context: HttpContext;
  readonly retryPolicy: RetryPolicy;
  /**
   * Answers of status 2xx, with their body not yet read. Tries once, save for one more time with new
   * credentials. Throws a RegistryError for any other answer; one that is transient where only the body, which cannot be
   * read twice, keeps it from being sent with credentials that are there now. Redirects are followed for GET and HEAD.
   */
  send(request: ApiRequest): Promise<HttpAnswer>;
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
    context,
    originsOf(settings.registry, settings.schemes),
    (origin, request: ApiRequest) => authorized(context, origin, authorizer, request),
  );
  return {
    context,
    retryPolicy,
    send: async (request) => {
      const answer = await ask(request, request.signal);
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
  const { repository, signal, at, scope = `repository:${repository}:pull` } = request;
  if (at !== undefined) checkTarget(at, origin, repository);
  // What it keeps elsewhere is none of its own: nobody there is told who we are.
  const isElsewhere = at !== undefined && (at.left || at.url.origin !== origin.origin);
  const access = { repository, scope };
  const used = isElsewhere ? undefined : await authorizer.current(access);
  const answer = await send(context, origin, request, used);
  // Only the registry itself may ask for credentials, not where it redirects to.
  if (answer.status !== 401 || isElsewhere || answer.url.origin !== origin.origin) return answer;
  const renewed = await authorizer.renew(access, answer, used, signal);
  if (renewed === undefined || renewed === used) return answer;
  discard(answer);
  if (!isResendable(request.body)) throw askAgain(request);
  return await send(context, origin, request, renewed);
}

// The registry itself is where the user said it is, so it may be on this machine.
async function send(
  context: HttpContext,
  origin: URL,
  request: ApiRequest,
  authorization: string | undefined,
): Promise<HttpAnswer> {
  const { repository, path, at, method = 'GET', body, headers, signal } = request;
  const url = at?.url ?? new URL(`/v2/${[repository, path].filter(Boolean).join('/')}`, origin);
  const all = { ...headers, ...(authorization !== undefined && { authorization }) };
  const allowLocal = at === undefined || at.url.origin === origin.origin || at.allowLocal;
  const options = { allowLocal, ...(signal !== undefined && { signal }) };
  const sent: HttpRequest = { method, url, headers: all, ...(body !== undefined && { body }) };
  const isReading = method === 'GET' || method === 'HEAD';
  return isReading ? await follow(context, sent, options) : await exchange(context, sent, options);
}

function askAgain({ what }: ApiRequest): RegistryError {
  const fields = { status: 401, transient: true, retryAfterMs: 0 };
  return new RegistryError('UNAUTHORIZED', `${what}: the credentials ran out on the way`, fields);
}
