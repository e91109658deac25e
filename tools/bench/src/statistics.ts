/** What is said of several measurements of one thing, in their own unit. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median, least and greatest of at least one value; throws RangeError on none. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('nothing was measured');
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * How many times theirs ours is. The median is that of the medians; least and greatest are taken within a round, whose
 * members shared the machine's load: value n of both belongs to round n.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Summary {
  const rounds = ours
    .slice(0, theirs.length)
    .map((value, round) => value / (theirs[round] ?? Number.NaN));
  const { min, max } = summarize(rounds);
  return { median: summarize(ours).median / summarize(theirs).median, min, max };
}
