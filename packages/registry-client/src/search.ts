import { errorAnswer } from './http/error-answer.ts';
import { jsonIfAny } from './json-if-any.ts';
import { discard } from './http/exchange.ts';
import type { HttpAnswer, HttpContext } from './http/exchange.ts';
import { follow } from './http/follow.ts';
import { readWhole } from './http/read-batches.ts';
import { retrying } from './http/retry.ts';
import type { RetryPolicy } from './http/retry.ts';
import { askOrigin } from './origin.ts';
import type { Origins } from './origin.ts';
import { RegistryError } from './registry-error.ts';

/** A repository that a search found. */
export interface SearchResult {
  name: string;
  description: string;
  stars: number;
  isOfficial: boolean;
  /** Built by the registry from a source repository: a thing of the past. */
  isAutomated: boolean;
}

/** What is searched for, and where. */
export interface SearchRequest {
  /** Where the registry's first API may be: `https://index.docker.io`. */
  origins: Origins;
  term: string;
  limit: number;
  /** Must it have that API? */
  expected: boolean;
}

const MOST_BYTES = 1024 * 1024;

/**
 * Searches by the API that Docker Hub has kept of its first version; undefined where a registry does not have it: it
 * refuses, or answers what is no JSON. Where it is expected each of these is an error. Throws RATE_LIMITED, UNAUTHORIZED, DENIED, UNSUPPORTED, REGISTRY_ERROR, PROTOCOL_ERROR, RESPONSE_TOO_LARGE and what `follow` throws.
 * https://docs.docker.com/reference/cli/docker/search/
 */
export async function searchIndex(
  context: HttpContext,
  policy: RetryPolicy,
  { origins, term, limit, expected }: SearchRequest,
  signal?: AbortSignal,
): Promise<SearchResult[] | undefined> {
  const query = new URLSearchParams({ q: term, n: String(limit) });
  const options = { allowLocal: true, ...(signal !== undefined && { signal }) };
  const ask = askOrigin(context, origins, async (at, path: string) => {
    const url = new URL(path, at);
    return await follow(context, { method: 'GET', url, headers: {} }, options);
  });
  return await retrying(policy, signal, async () => {
    const answer = await ask(`/v1/search?${query.toString()}`, signal);
    if (answer.status === 200) return await resultsOf(answer, { limit, expected }, context);
    if (expected || answer.status === 429 || answer.status >= 500) {
      const what = `search for ${term}`;
      throw await errorAnswer(answer, { what, absent: 'UNSUPPORTED' }, context.timeouts);
    }
    discard(answer);
    return undefined;
  });
}

async function resultsOf(
  answer: HttpAnswer,
  { limit, expected }: Pick<SearchRequest, 'limit' | 'expected'>,
  { timeouts }: HttpContext,
): Promise<SearchResult[] | undefined> {
  const value = jsonIfAny(await readWhole(answer, MOST_BYTES, timeouts));
  if (value === undefined && !expected) return undefined;
  const results = (value as { results?: unknown } | null | undefined)?.results;
  // Null is Go's way to say that there is none.
  if (results === null) return [];
  if (Array.isArray(results))
    return results.slice(0, limit).map((entry) => resultOf(entry, answer));
  throw malformed(answer);
}

function resultOf(value: unknown, answer: HttpAnswer): SearchResult {
  const entry = (value ?? {}) as Record<string, unknown>;
  const { name, description, star_count: stars } = entry;
  if (typeof name !== 'string') throw malformed(answer);
  return {
    name,
    description: typeof description === 'string' ? description : '',
    stars: typeof stars === 'number' ? stars : 0,
    isOfficial: entry['is_official'] === true,
    isAutomated: entry['is_automated'] === true,
  };
}

function malformed({ url }: HttpAnswer): RegistryError {
  return new RegistryError('PROTOCOL_ERROR', `${url.host}: what it answers is not a search result`);
}

/** The names of a catalog in which the term is, as results: all that other registries tell. */
export async function searchCatalog(
  catalog: AsyncIterable<string>,
  term: string,
  limit: number,
): Promise<SearchResult[]> {
  const found: SearchResult[] = [];
  for await (const name of catalog) {
    if (!name.includes(term.toLowerCase())) continue;
    found.push({ name, description: '', stars: 0, isOfficial: false, isAutomated: false });
    if (found.length === limit) break;
  }
  return found;
}
