import { DistributionError } from './distribution-error.ts';

export interface Page {
  readonly items: string[];
  /** The `last` that continues the list, or undefined at its end. */
  readonly next: string | undefined;
}

/**
 * One page of a list: names after `last` (which need not exist), at most `n` of them. Throws
 * PAGINATION_NUMBER_INVALID.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags
 */
export function pageOf(names: Iterable<string>, query: URLSearchParams): Page {
  const last = query.get('last');
  const sorted = [...new Set(names)].toSorted(byName);
  const rest = last === null ? sorted : sorted.filter((name) => byName(name, last) > 0);
  const limit = parseLimit(query.get('n'));
  const items = limit === undefined ? rest : rest.slice(0, limit);
  return { items, next: items.length < rest.length ? items.at(-1) : undefined };
}

/** The header that points at the next page, if there is one. */
export function linkTo(page: Page, path: string, query: URLSearchParams): Record<string, string> {
  if (page.next === undefined) return {};
  const parameters = new URLSearchParams({ n: query.get('n') ?? '', last: page.next });
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}

function parseLimit(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new DistributionError('PAGINATION_NUMBER_INVALID', 'n must be a number of entries');
}

// The spec's order is case-insensitive; names that differ by case alone still need one.
function byName(a: string, b: string): number {
  return compare(a.toLowerCase(), b.toLowerCase()) || compare(a, b);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
