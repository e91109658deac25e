import { listPages, malformed } from './pages.ts';
import type { PagedList } from './pages.ts';
import type { Session } from './session.ts';

// More than any registry has, and what a set of them takes still fits into memory.
const MOST_NAMES = 500_000;

/**
 * The names on the pages of a list, each once. Throws PROTOCOL_ERROR for a page on which all are known already: so it could
 * go on for ever; and for more than half a million.
 */
async function* uniqueNames(
  pages: AsyncIterable<string[]>,
  list: Pick<PagedList, 'what'>,
): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>();
  for await (const page of pages) {
    const before = seen.size;
    for (const name of page) {
      if (seen.has(name)) continue;
      if (seen.size === MOST_NAMES) throw malformed(list, `more than ${MOST_NAMES} names`);
      seen.add(name);
      yield name;
    }
    if (page.length > 0 && seen.size === before) throw malformed(list, 'a page without a new name');
  }
}

/** The names that a registry lists, each once; `namesOf` reads those of a page. Throws what that and `listPages` throw. */
export async function* listNames(
  session: Session,
  list: PagedList,
  namesOf: (page: Buffer, list: PagedList) => string[],
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  async function* pages(): AsyncGenerator<string[], void, undefined> {
    for await (const { bytes } of listPages(session, list, signal)) yield namesOf(bytes, list);
  }
  yield* uniqueNames(pages(), list);
}
