import { listCatalog } from './catalog.ts';
import { originsOf } from './origin.ts';
import { searchCatalog, searchIndex } from './search.ts';
import type { SearchResult } from './search.ts';
import type { Sessions } from './sessions.ts';

const HUB = 'docker.io';
const HUB_INDEX = 'index.docker.io';
// Docker's.
const USUAL_LIMIT = 25;

/**
 * What a term finds at a registry: by Docker Hub's search, elsewhere by the same where the registry has it, else by the
 * names of its catalog. Throws UNSUPPORTED where there is neither, and what a request throws.
 */
export async function searchRegistry(
  { of: session, settingsOf }: Sessions,
  registry: string,
  term: string,
  { limit = USUAL_LIMIT, signal }: { limit?: number; signal?: AbortSignal },
): Promise<SearchResult[]> {
  const isHub = registry === HUB;
  const { context, retryPolicy, schemes } = settingsOf(registry);
  const origins = originsOf(isHub ? HUB_INDEX : registry, schemes);
  const request = { origins, term, limit, expected: isHub };
  const found = await searchIndex(context, retryPolicy, request, signal);
  if (found !== undefined) return found;
  return await searchCatalog(listCatalog(session(registry), registry, signal), term, limit);
}
