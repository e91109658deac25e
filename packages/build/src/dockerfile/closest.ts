/** Of two words that are no more than so many changes apart one may be meant where the other is written. */
const FARTHEST = 2;

/** The word that may have been meant; undefined where none is near, or where the word is there. */
export function closest(word: string, words: readonly string[]): string | undefined {
  if (word.length > 100 || words.includes(word)) return undefined;
  const distances = words.map((other) => ({ other, distance: distanceOf(word, other) }));
  const [best] = distances.toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= FARTHEST ? best.other : undefined;
}

/** How many characters have to be put in, taken out or changed. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
