import { formatValue } from './format.ts';
import type { Unit } from './format.ts';

/** What shall hold: ours ≤ `times` × theirs + `plus`, or a value ≤ `most`; in the unit of the row. */
export type Bar = { readonly times: number; readonly plus?: number } | { readonly most: number };

/** A bar with what came of it. */
export interface Verdict {
  readonly bar: string;
  readonly met: boolean;
}

function text(bar: Bar, unit: Unit): string {
  if ('most' in bar) return `≤ ${formatValue(bar.most, unit)}`;
  const { times, plus = 0 } = bar;
  const product = times === 1 ? 'it' : `${times} × it`;
  return plus === 0 ? `≤ ${product}` : `≤ ${product} + ${formatValue(plus, unit)}`;
}

/**
 * Whether a bar is met.
 * @param value of the thing that the bar stands beside
 * @param ours of ours, which a relative bar compares with it
 */
export function judge(bar: Bar, value: number, ours: number, unit: Unit): Verdict {
  const met =
    'most' in bar
      ? value <= bar.most
      : ours <= bar.times * value + ('plus' in bar ? (bar.plus ?? 0) : 0);
  return { bar: text(bar, unit), met };
}
