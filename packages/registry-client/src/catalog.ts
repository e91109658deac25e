import { jsonIfAny } from './json-if-any.ts';
import { malformed } from './pages.ts';
import type { PagedList } from './pages.ts';
import type { Session } from './session.ts';
import { listNames } from './list-names.ts';

const PAGE = 1000;
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*$/;
const LONGEST = 255;

/**
 * The repositories of a registry, each once, page by page as they are asked for; only registries that are not shared by everybody
 * tell them. Throws UNSUPPORTED, PROTOCOL_ERROR and what `listPages` throws.
 * https://distribution.github.io/distribution/spec/api/#catalog
 */
export async function* listCatalog(
  session: Session,
  registry: string,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const list: PagedList = {
    repository: '',
    path: `_catalog?n=${PAGE}`,
    what: `catalog of ${registry}`,
    absent: 'UNSUPPORTED',
    scope: 'registry:catalog:*',
  };
  yield* listNames(session, list, namesOf, signal);
}

function namesOf(bytes: Buffer, list: PagedList): string[] {
  const names = (jsonIfAny(bytes) as { repositories?: unknown } | null | undefined)?.repositories;
  if (names === null) return [];
  if (!Array.isArray(names)) throw malformed(list, 'a catalog without repositories');
  return names.map((name: unknown) => {
    if (typeof name === 'string' && name.length <= LONGEST && REPOSITORY.test(name)) return name;
    throw malformed(list, 'a repository that cannot be one');
  });
}
