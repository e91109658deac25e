import { parseJson } from '@ctrkit/oci';
import { readWhole } from './http/read-batches.ts';
import type { HttpAnswer } from './http/exchange.ts';
import { retrying } from './http/retry.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * The tags of a repository in the registry's order, page by page as they are asked for. Throws
 * REPOSITORY_UNKNOWN, PROTOCOL_ERROR (no tags, or pages that go in circles), RESPONSE_TOO_LARGE and what the
 * session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
export async function* listTags(
  session: Session,
  repository: string,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>();
  let path: string | undefined = 'tags/list';
  while (path !== undefined) {
    if (seen.has(path)) throw malformed(name, 'pages of tags that go in circles');
    seen.add(path);
    const request = {
      repository,
      path,
      what: `repository ${name}`,
      absent: 'REPOSITORY_UNKNOWN',
      ...(signal !== undefined && { signal }),
    } as const;
    const page = await retrying(session.retryPolicy, signal, async () => {
      const answer = await session.get(request);
      return { answer, bytes: await readWhole(answer, MOST_BYTES, session.context.timeouts) };
    });
    yield* tagsOf(page.bytes, name);
    path = nextPath(page.answer, repository, name);
  }
}

function tagsOf(bytes: Buffer, name: string): string[] {
  const tags = (parseJson(bytes) as { tags?: unknown } | null)?.tags;
  // Docker's registry says null where there is none.
  if (tags === null) return [];
  if (!Array.isArray(tags)) throw malformed(name, 'a list of tags without tags');
  return tags.map((tag: unknown) => {
    if (typeof tag === 'string' && TAG.test(tag)) return tag;
    throw malformed(name, 'a tag that cannot be one');
  });
}

// Of the next page only the query counts: it cannot lead to another host or repository.
function nextPath(
  { headers, url }: HttpAnswer,
  repository: string,
  name: string,
): string | undefined {
  const link = headers['link'];
  const next = /<([^<>]*)>\s*;[^,]*\brel="?next"?/.exec(
    Array.isArray(link) ? link.join() : (link ?? ''),
  );
  if (next === null) return undefined;
  const [, target = ''] = next;
  if (!URL.canParse(target, url.href)) throw malformed(name, 'a next page that is nowhere');
  const { pathname, search } = new URL(target, url);
  if (pathname !== `/v2/${repository}/tags/list`)
    throw malformed(name, 'a next page that is elsewhere');
  return `tags/list${search}`;
}

function malformed(name: string, what: string): RegistryError {
  return new RegistryError(
    'PROTOCOL_ERROR',
    `repository ${name}: the registry answered with ${what}`,
  );
}
