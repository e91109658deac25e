/** A number of an interface file; undefined for `max`, and for what v1 shows where nothing limits (about 2^63). */
export function parseLimit(text: string | undefined): number | undefined {
  const value = parseCount(text);
  return value === undefined || value >= 2 ** 62 || value < 0 ? undefined : value;
}

/** A number of an interface file; undefined where there is none. */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined;
  return Number(text);
}

/** A file of `key value` lines. */
export function parseFlat(text: string | undefined): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text?.split('\n') ?? []) {
    const space = line.indexOf(' ');
    const value = parseCount(line.slice(space + 1));
    if (space > 0 && value !== undefined) values.set(line.slice(0, space), value);
  }
  return values;
}

/** An object without the fields that are undefined. */
export function compact<T extends object>(fields: {
  [K in keyof T]: T[K] | undefined;
}): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
