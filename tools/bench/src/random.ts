/** Numbers that look like chance and are the same for the same seed. */
export interface RandomNumbers {
  /** From 0 to 2³² − 1. */
  next(): number;
  /** From 0 to `limit` − 1. */
  below(limit: number): number;
}

/**
 * Marsaglia's xorshift with 32 bits of state, the seed not 0: fast, and good enough to fill files.
 * @see https://doi.org/10.18637/jss.v008.i14
 */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state;
  };
  return { next, below: (limit) => next() % limit };
}
