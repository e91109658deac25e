const XATTR = 'SCHILY.xattr.';

/** A value of an extended header: bytes, or text that is held as latin1. */
export type PaxValue = string | Uint8Array;

function recordOf(key: string, value: PaxValue): Buffer {
  const rest = Buffer.concat([
    Buffer.from(` ${key}=`, 'latin1'),
    typeof value === 'string' ? Buffer.from(value, 'latin1') : value,
    Buffer.from('\n'),
  ]);
  // The length counts its own digits.
  let digits = 1;
  while (String(rest.length + digits).length > digits) digits += 1;
  return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
}

/**
 * The records of an extended header, sorted by their keys.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 */
export function writePax(values: ReadonlyMap<string, PaxValue>): Buffer {
  const sorted = [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(sorted.map(([key, value]) => recordOf(key, value)));
}

/** The key of an extended attribute. */
export const xattrKey = (name: string): string => `${XATTR}${name}`;
