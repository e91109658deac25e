import type { Architecture } from './architectures.ts';
import { multiplexedVerdict } from './multiplexed.ts';
import type { Verdict, Verdicts } from './rules.ts';

/** Numbers that get one verdict, from `start` to where the next range starts. */
export interface Range {
  readonly start: number;
  readonly verdict: Verdict;
  /** Of the arguments that the verdict looks at. */
  readonly bits: 32 | 64;
}

const isNumber = (word: string): boolean =>
  word.charCodeAt(0) >= 0x30 && word.charCodeAt(0) <= 0x39;

/**
 * The verdicts on an architecture's calls as ranges that cover all numbers from its first one on; neighbours with the
 * same verdict are one range. Calls that are not named get `rest`; names that the architecture does not have count for
 * nothing, as libseccomp has it.
 */
export function rangesOf(verdicts: Verdicts, architecture: Architecture, rest: number): Range[] {
  const { calls, bit, bits, multiplexes } = architecture;
  const verdictOf = (call: string): Verdict =>
    (multiplexes ? multiplexedVerdict(call, verdicts) : verdicts.get(call)) ?? rest;
  const ranges: Range[] = [];
  let last: Verdict | undefined;
  const from = (start: number, verdict: Verdict): void => {
    if (verdict !== last) ranges.push({ start, verdict, bits });
    last = verdict;
  };
  let number = bit;
  for (const word of calls.trim().split(/\s+/)) {
    if (isNumber(word)) {
      const next = bit + Number(word);
      if (next > number) from(number, rest);
      number = next;
    } else {
      from(number, verdictOf(word));
      number += 1;
    }
  }
  from(number, rest);
  return ranges;
}
