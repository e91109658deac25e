import { jumps } from './assembler.ts';
import type { Assembler, Label } from './assembler.ts';
import { writeCondition } from './condition.ts';
import type { Range } from './ranges.ts';
import type { Verdict } from './rules.ts';

function writeVerdict(assembler: Assembler, { verdict, bits }: Range, rest: number): Label {
  if (typeof verdict === 'number') return assembler.end(verdict);
  return verdict.reduceRight<Label>(
    (no, { conditions, value }) =>
      conditions.reduceRight<Label>(
        (yes, condition) => writeCondition(assembler, condition, bits, { yes, no }),
        assembler.end(value),
      ),
    assembler.end(rest),
  );
}

/**
 * Writes what decides by the number in the accumulator. `ranges` start at 0 and cover all numbers. They are halved
 * until one is left: seven or eight comparisons, where a list of all calls would take hundreds.
 */
export function writeDecision(assembler: Assembler, ranges: readonly Range[], rest: number): Label {
  // A verdict is shared by architectures that look at different halves of an argument.
  const written = { 32: new Map<Verdict, Label>(), 64: new Map<Verdict, Label>() };
  const decide = (from: number, to: number): Label => {
    const first = ranges[from] as Range;
    if (to - from === 1) {
      if (typeof first.verdict === 'number') return assembler.end(first.verdict);
      const label = written[first.bits].get(first.verdict) ?? writeVerdict(assembler, first, rest);
      written[first.bits].set(first.verdict, label);
      return label;
    }
    const middle = (from + to) >> 1;
    const above = decide(middle, to);
    const below = decide(from, middle);
    return assembler.branch(jumps.greaterOrEqual, ranges[middle]?.start ?? 0, above, below);
  };
  return decide(0, ranges.length);
}
