import type { Contender, Entrant, Sample } from './contender.ts';
import { measure } from './measure.ts';

/** What came of a contender: a sample a round, or why there is none. */
export type Outcome =
  | { readonly name: string; readonly samples: readonly Sample[] }
  | { readonly name: string; readonly missing: string };

export interface InterleaveOptions {
  readonly rounds: number;
  readonly warmUp: number;
  readonly signal: AbortSignal;
}

interface Part {
  readonly contender: Contender;
  readonly samples: Sample[];
  failed?: string;
}

async function attempt(
  part: Part,
  signal: AbortSignal,
  what: () => Promise<unknown>,
): Promise<void> {
  if (part.failed !== undefined) return;
  try {
    await what();
  } catch (error) {
    signal.throwIfAborted();
    part.failed = error instanceof Error ? error.message : String(error);
  }
}

function outcome({ contender: { name }, samples, failed }: Part): Outcome {
  return failed === undefined ? { name, samples } : { name, missing: failed };
}

/**
 * Runs the contenders by turns, A B C A B C …, so that whatever else the machine does meets them alike. One that fails
 * leaves, and the others go on. Rejects only when the signal comes. The outcomes are in the order of the entrants.
 */
export async function interleave(
  entrants: readonly Entrant[],
  { rounds, warmUp, signal }: InterleaveOptions,
): Promise<Outcome[]> {
  const parts = new Map<Entrant, Part>();
  for (const entrant of entrants) {
    if (!('missing' in entrant)) parts.set(entrant, { contender: entrant, samples: [] });
  }
  for (const part of parts.values()) {
    await attempt(part, signal, async () => part.contender.setUp?.());
  }
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const part of parts.values()) {
      await attempt(part, signal, async () => {
        const sample = await measure(part.contender, signal);
        if (round >= 0) part.samples.push(sample);
      });
    }
  }
  return entrants.map((entrant) => {
    const part = parts.get(entrant);
    if (part !== undefined) return outcome(part);
    return { name: entrant.name, missing: 'missing' in entrant ? entrant.missing : '' };
  });
}
