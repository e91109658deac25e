// What Go's fmt prints, as docker's histories have it.

/** `%q` of a list of strings. */
export const quotedList = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;

/** `%v` of a list of strings. */
export const plainList = (words: readonly string[]): string => `[${words.join(' ')}]`;

/** `%v` of a set. */
export const setText = (names: readonly string[]): string =>
  `map[${names.toSorted().map((name) => `${name}:{}`).join(' ')}]`; // prettier-ignore

const units = [
  ['h', 3600e9],
  ['m', 60e9],
] as const;

/** A duration in nanoseconds as Go's Duration.String. */
export function durationText(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  let [rest, text] = [nanoseconds, ''];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    if (count > 0 || text !== '') text += `${count}${unit}`;
    rest -= count * size;
  }
  return `${text}${rest / 1e9}s`;
}
