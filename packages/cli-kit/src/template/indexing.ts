import { kindOf, typeName } from './kinds.ts';
import { Complaint } from './template-error.ts';

/** Strings are bytes to Go: their length and their parts count those. */
const bytesOf = (value: unknown): Buffer => Buffer.from(value as string);

/** The length of a string in bytes, of a list or of a map. Throws Complaint. */
export function lengthOf(value: unknown): number {
  const kind = kindOf(value);
  if (kind === 'string') return Buffer.byteLength(value as string);
  if (kind === 'slice') return (value as unknown[]).length;
  if (kind === 'map') return Object.keys(value as object).length;
  throw new Complaint(kind === 'nil' ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

function position(index: unknown, most: number): number {
  const kind = kindOf(index);
  if (kind === 'nil') throw new Complaint('cannot index slice/array with nil');
  if (kind !== 'int') {
    throw new Complaint(`cannot index slice/array with type ${typeName(index)}`);
  }
  const at = Number(index);
  if (at < 0 || at > most) throw new Complaint(`index out of range: ${at}`);
  return at;
}

/** What an absent key of a map gives. The maps of strings that docker has (labels, options) give an empty one. */
function absent(map: object): unknown {
  return Object.values(map).every((value) => typeof value === 'string') ? '' : null;
}

function mapElement(map: object, key: unknown): unknown {
  if (key === null) throw new Complaint('value is nil; should be of type string');
  if (typeof key !== 'string') {
    throw new Complaint(`value has type ${typeName(key)}; should be string`);
  }
  return Object.hasOwn(map, key) ? (map as Record<string, unknown>)[key] : absent(map);
}

function element(value: unknown, index: unknown): unknown {
  const kind = kindOf(value);
  if (kind === 'nil') throw new Complaint('index of untyped nil');
  if (kind === 'map') return mapElement(value as object, index);
  if (kind !== 'slice' && kind !== 'string') {
    throw new Complaint(`can't index item of type ${typeName(value)}`);
  }
  const list = kind === 'slice' ? (value as unknown[]) : bytesOf(value);
  const at = position(index, list.length);
  if (at === list.length) throw new Complaint(`reflect: ${kind} index out of range`);
  return list[at];
}

/** `index a 1 "b"`: the element of the element. Throws Complaint. */
export function indexValue(value: unknown, indexes: readonly unknown[]): unknown {
  return indexes.reduce(element, value);
}

function bounds(indexes: readonly unknown[], length: number): [number, number] {
  const all = indexes.map((index) => position(index, length));
  const [from = 0, to = length, most = length] = all;
  for (const [low, high] of [
    [from, to],
    [to, most],
  ] as const) {
    if (low > high) throw new Complaint(`invalid slice index: ${low} > ${high}`);
  }
  return [from, to];
}

/** `slice a 1 2`: a part of a list, or of a string in bytes. Throws Complaint. */
export function sliceValue(value: unknown, indexes: readonly unknown[]): unknown {
  const kind = kindOf(value);
  if (kind === 'nil') throw new Complaint('slice of untyped nil');
  if (indexes.length > 3) throw new Complaint(`too many slice indexes: ${indexes.length}`);
  if (kind === 'string') {
    if (indexes.length === 3) throw new Complaint('cannot 3-index slice a string');
    const bytes = bytesOf(value);
    return bytes.subarray(...bounds(indexes, bytes.length)).toString();
  }
  if (kind === 'slice') {
    const list = value as unknown[];
    return list.slice(...bounds(indexes, list.length));
  }
  throw new Complaint(`can't slice item of type ${typeName(value)}`);
}
