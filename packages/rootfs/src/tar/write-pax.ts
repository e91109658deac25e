const XATTR = 'SCHILY.xattr.';

// The length counts its own digits.
function recordOf(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let digits = 1;
  while (String(rest.length + digits).length > digits) digits += 1;
  return `${rest.length + digits}${rest}`;
}

/**
 * The records of an extended header, sorted by their keys. Values are bytes, and so is what is returned: both are held as latin1.
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03
 */
export function writePax(values: ReadonlyMap<string, string>): string {
  if (values.size === 1) for (const [key, value] of values) return recordOf(key, value);
  const sorted = [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, value]) => recordOf(key, value)).join('');
}

/** The key of an extended attribute. */
export const xattrKey = (name: string): string => `${XATTR}${name}`;
