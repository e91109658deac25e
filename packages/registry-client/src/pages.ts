import type { HttpAnswer } from './http/exchange.ts';
import { readWhole } from './http/read-batches.ts';
import { retrying } from './http/retry.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryErrorCode } from './registry-error.ts';
import type { ApiRequest, Session } from './session.ts';

const MOST_BYTES = 4 * 1024 * 1024;
// At a thousand names a page, as registries hand them out, more than any has.
const MOST_PAGES = 3_000;
// And what those take.
const MOST_TOTAL = 128 * 1024 * 1024;

/** A list that a registry gives page by page. */
export interface PagedList {
  /** Empty for a list of the whole registry. */
  repository: string;
  /** Below `/v2/<repository>/`: `tags/list`, with its query. */
  path: string;
  /** For errors: `repository busybox`. */
  what: string;
  absent: RegistryErrorCode;
  headers?: Record<string, string>;
  scope?: string;
}

/** One page. */
export interface Page {
  answer: HttpAnswer;
  /** Its body. */
  bytes: Buffer;
}

/**
 * The pages of a list, each asked for when it is wanted. Of the link to the next one only the query counts, so that it
 * leads to no other host, repository or list. Throws the list's `absent`, PROTOCOL_ERROR (pages that go in circles or on
 * for ever, or 128 MiB of them), RESPONSE_TOO_LARGE and what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
export async function* listPages(
  session: Session,
  list: PagedList,
  signal?: AbortSignal,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string>();
  let total = 0;
  for (let path: string | undefined = list.path; path !== undefined;) {
    if (seen.has(path)) throw malformed(list, 'pages that go in circles');
    if (seen.size === MOST_PAGES) throw malformed(list, 'pages without an end');
    seen.add(path);
    const page = await fetchPage(session, { ...list, path, ...(signal && { signal }) });
    total += page.bytes.length;
    if (total > MOST_TOTAL) throw malformed(list, 'pages without an end');
    yield page;
    path = nextPath(page.answer, list);
  }
}

/** The error for a list that is not what it must be. */
export function malformed({ what }: Pick<PagedList, 'what'>, why: string): RegistryError {
  return new RegistryError('PROTOCOL_ERROR', `${what}: the registry answered with ${why}`);
}

async function fetchPage(session: Session, request: ApiRequest): Promise<Page> {
  return await retrying(session.retryPolicy, request.signal, async () => {
    const answer = await session.send(request);
    return { answer, bytes: await readWhole(answer, MOST_BYTES, session.context.timeouts) };
  });
}

function nextPath({ headers, url }: HttpAnswer, list: PagedList): string | undefined {
  const link = headers['link'];
  const text = Array.isArray(link) ? link.join() : (link ?? '');
  const next = /<([^<>]*)>\s*;[^,]*\brel="?next"?/.exec(text);
  if (next === null) return undefined;
  const [, target = ''] = next;
  if (!URL.canParse(target, url.href)) throw malformed(list, 'a next page that is nowhere');
  const { pathname, search } = new URL(target, url);
  const [path = ''] = list.path.split('?');
  const expected = ['/v2', list.repository, path].filter(Boolean).join('/');
  if (pathname !== expected) throw malformed(list, 'a next page that is elsewhere');
  return `${path}${search}`;
}
