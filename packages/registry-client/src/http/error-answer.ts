import { parseJson } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';
import type { RegistryErrorCode, RegistryErrorFields } from '../registry-error.ts';
import type { HttpAnswer } from './exchange.ts';
import { readWhole } from './read-batches.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { Timeouts } from './timeouts.ts';

const MOST_BYTES = 64 * 1024;
const LONGEST_TEXT = 200;

const transient: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What was asked for, in words and as the code for its absence. */
export interface Asked {
  /** Such as `manifest for busybox:latest`. */
  what: string;
  absent: RegistryErrorCode;
  /** What was about to be done, for who may not. @default pull */
  action?: 'pull' | 'push' | 'delete' | 'login';
}

/**
 * The RegistryError for an answer that is no success; reads its body, as far as it is one of the spec's.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 */
export async function errorAnswer(
  answer: HttpAnswer,
  asked: Asked,
  timeouts: Timeouts,
): Promise<RegistryError> {
  const { status, url } = answer;
  const said = await explanation(answer, timeouts);
  const fields = fieldsOf(answer);
  const because = said === '' ? '' : `: ${said}`;
  if (status === 404) {
    const reason = said === '' ? `${url.host} does not have it` : said;
    return new RegistryError(asked.absent, `${asked.what} not found: ${reason}`, fields);
  }
  if (status === 401 || status === 403) {
    return asked.action === 'login'
      ? loginRefused(url, status, said, fields)
      : denied(asked, status, because, fields);
  }
  if (status === 429) {
    const what = `${url.host}: too many requests${because}`;
    return new RegistryError('RATE_LIMITED', what, { ...fields, hint: patience(fields) });
  }
  const what = `${url.host}: ${asked.what}: answered with status ${status}${because}`;
  return new RegistryError(status === 405 ? 'UNSUPPORTED' : 'REGISTRY_ERROR', what, fields);
}

/** What an answer says of trying again. */
export function fieldsOf({
  status,
  headers,
}: Pick<HttpAnswer, 'status' | 'headers'>): RegistryErrorFields {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], Date.now());
  return {
    status,
    transient: transient.has(status),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

// Docker's words, which people search for.
function denied(
  asked: Asked,
  status: 401 | 403,
  because: string,
  fields: RegistryErrorFields,
): RegistryError {
  const { action = 'pull' } = asked;
  const what = `${action} access denied: ${asked.what}: it does not exist or needs a login${because}`;
  return new RegistryError(status === 401 ? 'UNAUTHORIZED' : 'DENIED', what, {
    ...fields,
    hint: 'check the name, or log in: registry-client login, ctr login',
  });
}

// Docker's words too, for each of the two who may refuse.
function loginRefused(
  url: URL,
  status: 401 | 403,
  said: string,
  fields: RegistryErrorFields,
): RegistryError {
  const isRegistry = url.pathname === '/v2/';
  const reason = status === 401 ? 'Unauthorized' : 'Forbidden';
  const what = isRegistry
    ? `login attempt to ${url.href} failed with status: ${status} ${reason}`
    : `${url.host}: unauthorized: ${said === '' ? 'authentication required' : said}`;
  return new RegistryError(status === 401 ? 'UNAUTHORIZED' : 'DENIED', what, {
    ...fields,
    hint: 'check the user and the password; some registries want an access token in its place',
  });
}

function patience({ retryAfterMs }: RegistryErrorFields): string {
  if (retryAfterMs === undefined) return 'try again later; with a login the limit is often higher';
  return `try again in ${Math.ceil(retryAfterMs / 1000)} seconds; with a login the limit is often higher`;
}

// An error page may be anything; without the spec's errors in it there is just the status to tell.
async function explanation(answer: HttpAnswer, timeouts: Timeouts): Promise<string> {
  try {
    const value = parseJson(await readWhole(answer, MOST_BYTES, timeouts));
    return messagesOf(value).slice(0, 3).map(plain).join('; ');
  } catch (error) {
    if (error instanceof Error) return '';
    throw error;
  }
}

function messagesOf(value: unknown): string[] {
  const { errors, details } = (value ?? {}) as { errors?: unknown; details?: unknown };
  // What Docker Hub's token server answers.
  if (errors === undefined && typeof details === 'string') return [details];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) => {
    const { code, message } = (entry ?? {}) as { code?: unknown; message?: unknown };
    if (typeof message === 'string' && message !== '') return [message];
    return typeof code === 'string' ? [code.toLowerCase().replaceAll('_', ' ')] : [];
  });
}

// Somebody else's text on somebody's terminal.
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, ' ').slice(0, LONGEST_TEXT);
}
