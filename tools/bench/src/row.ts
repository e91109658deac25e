import type { Bar } from './bar.ts';
import type { Unit } from './format.ts';

/** One contender's part in a row: what was measured, round by round, or why nothing was. */
export type Figure =
  | { readonly name: string; readonly values: readonly number[] }
  | { readonly name: string; readonly missing: string };

/** A thing that was measured of several programs. */
export interface Row {
  /** For programs that read the report. */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Name of the figure that the others are compared with. */
  readonly ours: string;
  /** By the name of a figure. */
  readonly bars: Readonly<Record<string, Bar>>;
  readonly figures: readonly Figure[];
  /** What a reader has to know to read the figures right. */
  readonly notes: readonly string[];
}
