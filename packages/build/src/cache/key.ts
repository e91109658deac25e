import { digestOf } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/** What may stand in a key. */
export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Value[]
  | { readonly [name: string]: Value };

/** The one text of a value: members sorted by their names, those that are undefined left out. */
export function canonicalJson(value: Value): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one as Value)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const texts = sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${texts.join(',')}}`;
}

// Whoever changes what a step does with the same inputs counts this up.
const VERSION = 2;

/** The key of a step: of everything that what it makes depends on, and nothing else. */
export function keyOf(value: Value): Digest {
  return digestOf(canonicalJson([VERSION, value]));
}
