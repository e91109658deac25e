import { judge } from './bar.ts';
import type { Verdict } from './bar.ts';
import { formatRatio, formatValue } from './format.ts';
import type { Unit } from './format.ts';
import type { Figure, Row } from './row.ts';
import { ratioOf, summarize } from './statistics.ts';
import type { Summary } from './statistics.ts';
import { formatTable } from './table.ts';

/** One line of the report: a figure with all that is said of it. */
export interface ReportLine {
  readonly row: string;
  readonly title: string;
  readonly name: string;
  readonly unit: Unit;
  /** Why there is no figure; the fields below are then absent. */
  readonly missing?: string;
  readonly rounds?: number;
  readonly value?: Summary;
  /** Ours divided by this one. */
  readonly ratio?: Summary;
  readonly bar?: string;
  readonly met?: boolean;
}

function valuesOf(figures: readonly Figure[], name: string): readonly number[] | undefined {
  const figure = figures.find((one) => one.name === name);
  return figure !== undefined && 'values' in figure ? figure.values : undefined;
}

function verdict(row: Row, name: string, value: number, ours: number): Verdict | undefined {
  const bar = row.bars[name];
  return bar === undefined || Number.isNaN(ours) ? undefined : judge(bar, value, ours, row.unit);
}

function reportLine(row: Row, figure: Figure): ReportLine {
  const { id, title, unit } = row;
  const head = { row: id, title, name: figure.name, unit };
  if ('missing' in figure) return { ...head, missing: figure.missing };
  const ours = valuesOf(row.figures, row.ours);
  const value = summarize(figure.values);
  const compared = ours !== undefined && figure.name !== row.ours;
  return {
    ...head,
    rounds: figure.values.length,
    value,
    ...(compared ? { ratio: ratioOf(ours, figure.values) } : {}),
    ...verdict(row, figure.name, value.median, ours ? summarize(ours).median : Number.NaN),
  };
}

/** What is reported of a row, a line for each figure, in their order. */
export function reportOf(row: Row): ReportLine[] {
  return row.figures.map((figure) => reportLine(row, figure));
}

function cells(line: ReportLine): string[] {
  const { name, value, ratio, bar, met, unit } = line;
  if (value === undefined) return [name];
  return [
    name,
    formatValue(value.median, unit),
    `${formatValue(value.min, unit)} – ${formatValue(value.max, unit)}`,
    ratio === undefined ? '' : formatRatio(ratio.median),
    ratio === undefined ? '' : `${formatRatio(ratio.min)} – ${formatRatio(ratio.max)}`,
    bar ?? '',
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

/** A row as a table for people, with its notes below. */
export function formatRow(row: Row): string {
  const header = ['', 'median', 'min – max', `${row.ours} ÷ it`, 'min – max', 'bar', ''];
  const lines = reportOf(row);
  const [measured, missing] = [
    lines.filter((line) => line.missing === undefined),
    lines.filter((line) => line.missing !== undefined),
  ];
  const rounds = Math.max(0, ...measured.map((line) => line.rounds ?? 0));
  const table = formatTable([header, ...measured.map(cells)]);
  const notes = [...missing.map((line) => `no ${line.name}: ${line.missing ?? ''}`), ...row.notes];
  return [
    `${row.title} (${rounds} rounds)`,
    table + notes.map((note) => `  ${note}\n`).join(''),
  ].join('\n');
}
