const lineSeparators = /[\u2028\u2029]/g;
const markup = /[<>&]/g;

const escape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Methods are no data. */
const isData = (value: unknown): boolean => typeof value !== 'function';

function sorted(row: object): object {
  const entries = Object.entries(row).filter(([, value]) => isData(value));
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * JSON as docker writes it. Of a row the keys are sorted and `<`, `>` and `&` are escaped (`\u003cnone\u003e`); all
 * other data is written as it comes.
 */
export function goJson(value: unknown, { isRow = false }: { isRow?: boolean } = {}): string {
  const text = JSON.stringify((isRow ? sorted(value as object) : value) ?? null);
  const safe = text.replace(lineSeparators, escape);
  return isRow ? safe.replace(markup, escape) : safe;
}
