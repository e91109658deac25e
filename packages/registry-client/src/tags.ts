import { jsonIfAny } from './json-if-any.ts';
import { malformed } from './pages.ts';
import type { PagedList } from './pages.ts';
import type { Session } from './session.ts';
import { listNames } from './list-names.ts';

const TAG = /^\w[\w.-]{0,127}$/;

/**
 * The tags of a repository in the registry's order, each once, page by page as they are asked for. Throws
 * REPOSITORY_UNKNOWN, PROTOCOL_ERROR (no tags, or no end of them) and what `listPages` throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
export async function* listTags(
  session: Session,
  repository: string,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const list: PagedList = {
    repository,
    path: 'tags/list',
    what: `repository ${name}`,
    absent: 'REPOSITORY_UNKNOWN',
  };
  yield* listNames(session, list, tagsOf, signal);
}

function tagsOf(bytes: Buffer, list: PagedList): string[] {
  const tags = (jsonIfAny(bytes) as { tags?: unknown } | null | undefined)?.tags;
  // Docker's registry says null where there is none.
  if (tags === null) return [];
  if (!Array.isArray(tags)) throw malformed(list, 'a list of tags without tags');
  return tags.map((tag: unknown) => {
    if (typeof tag === 'string' && TAG.test(tag)) return tag;
    throw malformed(list, 'a tag that cannot be one');
  });
}
