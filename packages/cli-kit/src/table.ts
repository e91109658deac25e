import { printableLine } from './printable.ts';

/** One column of a table. */
export interface Column<Row> {
  /** In capitals, as docker's: `IMAGE ID`. */
  readonly header: string;
  readonly value: (row: Row) => string;
}

const MIN_WIDTH = 10;
const GAP = 3;

/** In code points, as docker counts. */
const length = (text: string): number => Array.from(text).length;

/**
 * Docker's table: a column is as wide as its longest cell and three spaces, at least ten; the last one is not filled
 * up. Cells are made safe to show. Ends with a newline.
 */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [
    columns.map((column) => column.header),
    ...rows.map((row) => columns.map((column) => printableLine(column.value(row)))),
  ];
  const widths = columns.map((_, index) =>
    Math.max(MIN_WIDTH, ...lines.map((cells) => length(cells[index] ?? '') + GAP)),
  );
  const fill = (cell: string, index: number): string =>
    index === columns.length - 1
      ? cell
      : cell + ' '.repeat((widths[index] ?? MIN_WIDTH) - length(cell));
  return lines.map((cells) => `${cells.map(fill).join('')}\n`).join('');
}
