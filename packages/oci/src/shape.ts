import { isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { parseJson } from './json.ts';
import { OciError } from './oci-error.ts';
import type { OciErrorCode } from './oci-error.ts';
import { quote } from './quote.ts';

/** Where in a document a value stands, and the code of the error if it has the wrong shape. */
export interface Place {
  readonly code: OciErrorCode;
  readonly path: string;
}

/** Turns a value of unknown shape into a typed one, or throws the place's error. */
export type Read<T> = (value: unknown, place: Place) => T;

type Fields = Record<string, unknown>;

/** The place of a member of the value at `place`. */
export function inside(place: Place, key: string | number): Place {
  const plain = typeof key === 'string' && /^[\w.]{1,40}$/.test(key);
  const step = plain ? `.${key}` : `[${typeof key === 'number' ? key : quote(key, 80)}]`;
  return { code: place.code, path: place.path + step };
}

/** The error for a value of the wrong shape. */
export function wrong(place: Place, problem: string, cause?: unknown): OciError {
  return new OciError(place.code, `${place.path}: ${problem}`, { cause });
}

/** The object in a JSON document; JSON's own errors come as the cause of the place's. */
export function readDocument(bytes: Uint8Array, place: Place): Fields {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (cause) {
    throw wrong(place, cause instanceof Error ? cause.message : String(cause), cause);
  }
  return readObject(value, place);
}

export function readObject(value: unknown, place: Place): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(place, 'not an object');
}

/** A string without NUL: every string of these documents may end as an argument of a system call. */
export function readString(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw wrong(place, 'not a string');
  if (value.includes('\0')) throw wrong(place, 'contains a NUL character');
  return value;
}

export function readBoolean(value: unknown, place: Place): boolean {
  if (typeof value !== 'boolean') throw wrong(place, 'not true or false');
  return value;
}

/** A whole number from 0 to 2⁵³-1. */
export function readSize(value: unknown, place: Place): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(place, 'not a whole number from 0 to 2^53-1');
}

export function readDigest(value: unknown, place: Place): Digest {
  if (isDigest(value)) return value;
  throw wrong(place, 'not a sha256 or sha512 digest');
}

/** A list; null, as Go writes an empty one, counts as empty. */
export function listOf<T>(read: Read<T>): Read<T[]> {
  return (value, place) => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw wrong(place, 'not a list');
    return value.map((item, index) => read(item, inside(place, index)));
  };
}

export const readStrings: Read<string[]> = listOf(readString);

/** An object with values of one kind. */
export function mapOf<T>(read: Read<T>): Read<Record<string, T>> {
  return (value, place) => {
    const entries = Object.entries(readObject(value, place));
    return Object.fromEntries(
      entries.map(([key, item]) => [readString(key, place), read(item, inside(place, key))]),
    );
  };
}

/** A required member. */
export function required<T>(fields: Fields, key: string, place: Place, read: Read<T>): T {
  if (!Object.hasOwn(fields, key)) throw wrong(place, `has no ${key}`);
  return read(fields[key], inside(place, key));
}

/** An optional member, to be spread into a result; null, as Go writes an unset one, counts as absent. */
export function optional<K extends string, T>(
  fields: Fields,
  key: K,
  place: Place,
  read: Read<T>,
): { [P in K]?: T } {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (value === undefined || value === null) return {};
  return { [key]: read(value, inside(place, key)) } as { [P in K]?: T };
}
