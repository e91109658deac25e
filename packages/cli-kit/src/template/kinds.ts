/** A number that was written with a fraction or an exponent: 1e6 prints other than 1000000. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A method of a row: `{{.Label "name"}}`. */
export type Method = (...texts: string[]) => unknown;

/** What a value is to a template. `missing` is a key that a map does not have, `nil` a null. */
export type Kind =
  'missing' | 'nil' | 'bool' | 'int' | 'float' | 'string' | 'slice' | 'map' | 'method';

export function kindOf(value: unknown): Kind {
  if (value === undefined) return 'missing';
  if (value === null) return 'nil';
  if (Array.isArray(value)) return 'slice';
  if (value instanceof Float) return 'float';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
    case 'function':
      return 'method';
    default:
      return 'map';
  }
}

const isTexts = (value: unknown): boolean =>
  (value as unknown[]).length > 0 && (value as unknown[]).every((one) => typeof one === 'string');

/** The name of its type in Go's messages: docker's lists of strings are `[]string`. */
export function typeName(value: unknown): string {
  const kind = kindOf(value);
  if (kind === 'slice') return isTexts(value) ? '[]string' : '[]interface {}';
  if (kind === 'map') return 'map[string]interface {}';
  if (kind === 'method') return 'func(string) string';
  if (kind === 'float') return 'float64';
  return kind === 'missing' || kind === 'nil' ? '<nil>' : kind;
}

export const numberOf = (value: unknown): number =>
  value instanceof Float ? value.value : Number(value);

/** Its own fields, sorted by name as Go prints and walks a map; methods are none. */
export function entriesOf(map: unknown): (readonly [string, unknown])[] {
  return Object.entries(map as object)
    .filter(([, value]) => typeof value !== 'function' && value !== undefined)
    .toSorted(([a], [b]) => compareTexts(a, b));
}

/** Order by code points, which is that of UTF-8; JavaScript's is another beyond the basic plane. */
export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether `if` takes it for true. */
export function isTrue(value: unknown): boolean {
  const kind = kindOf(value);
  if (kind === 'slice') return (value as unknown[]).length > 0;
  if (kind === 'map') return Object.keys(value as object).length > 0;
  if (kind === 'int' || kind === 'float') return numberOf(value) !== 0;
  return kind === 'method' || (kind !== 'missing' && kind !== 'nil' && Boolean(value));
}
