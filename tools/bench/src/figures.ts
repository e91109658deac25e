import type { Sample } from './contender.ts';
import type { Outcome } from './interleave.ts';
import type { Figure } from './row.ts';

function figures(
  outcomes: readonly Outcome[],
  value: (sample: Sample) => number | undefined,
  without: string,
): Figure[] {
  return outcomes.map((outcome) => {
    if ('missing' in outcome) return outcome;
    const values = outcome.samples.map(value).filter((one) => one !== undefined);
    const { name } = outcome;
    return values.length === 0 ? { name, missing: without } : { name, values };
  });
}

/** How long each took, in milliseconds. */
export function times(outcomes: readonly Outcome[]): Figure[] {
  return figures(outcomes, ({ milliseconds }) => milliseconds, 'nothing was measured');
}

/** The peak of each one's memory, in bytes. */
export function peaks(outcomes: readonly Outcome[]): Figure[] {
  return figures(outcomes, ({ bytes }) => bytes, 'needs GNU time (apt-get install time)');
}
