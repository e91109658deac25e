import type { ImageFilter } from './filter.ts';
import { ImageStoreError } from './image-store-error.ts';

/** A filter as it is written: `dangling=true`, `label=tier=web`, `label!=tier`. */
export type FilterText = readonly [name: string, value: string];

type Draft = { -readonly [Key in keyof ImageFilter]: ImageFilter[Key] };

const lists = {
  reference: 'references',
  before: 'before',
  since: 'since',
  label: 'labels',
  'label!': 'withoutLabels',
} as const;

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  false: false,
  '0': false,
};

/** Names of the filters of lists, and of those by which is pruned. */
export const listFilters: readonly string[] = [
  'dangling',
  'reference',
  'before',
  'since',
  'label',
  'until',
];
export const pruneFilters: readonly string[] = ['until', 'label', 'label!'];

/**
 * What filters mean together: of one name any `reference` may fit, all others must.
 * @param known the names that are taken
 * @param moment reads the value of `until`
 *
 * Throws FILTER_INVALID in docker's words, and what `moment` throws.
 */
export function imageFilter(
  texts: readonly FilterText[],
  known: readonly string[],
  moment: (text: string) => Date,
): ImageFilter {
  const filter: Draft = {};
  for (const [name, value] of texts) {
    if (!known.includes(name)) throw invalid(name, `filters are ${known.join(', ')}`);
    if (name === 'dangling') filter.dangling = danglingOf(value);
    else if (name === 'until') filter.until = moment(value);
    else {
      const field = lists[name as keyof typeof lists];
      filter[field] = [...(filter[field] ?? []), value];
    }
  }
  return filter;
}

function danglingOf(value: string): boolean {
  const flag = booleans[value.toLowerCase()];
  if (flag === undefined) throw invalid(`dangling=${value}`, 'dangling is true or false');
  return flag;
}

function invalid(what: string, hint: string): ImageStoreError {
  return new ImageStoreError('FILTER_INVALID', `Invalid filter '${what}'`, { hint });
}
