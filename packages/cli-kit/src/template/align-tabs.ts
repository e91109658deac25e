const MIN_WIDTH = 10;
const GAP = 3;

/** In code points, as docker counts. */
const length = (text: string): number => Array.from(text).length;

/**
 * Lines whose cells end with tabs, aligned as docker does: a column is a run of lines that have that cell, as wide as
 * its longest cell and three spaces, at least ten. What follows the last tab of a line is no cell.
 * @see https://pkg.go.dev/text/tabwriter
 */
export function alignTabs(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => cells.map(() => 0));
  const deepest = lines.reduce((most, cells) => Math.max(most, cells.length), 0) - 1;
  for (let column = 0; column < deepest; column++) {
    for (let from = 0; from < lines.length;) {
      const to = endOfRun(lines, column, from);
      const width = widest(lines.slice(from, to), column);
      for (let row = from; row < to; row++) (widths[row] as number[])[column] = width;
      from = Math.max(to, from + 1);
    }
  }
  return lines.map((cells, row) => joined(cells, widths[row] ?? [])).join('\n');
}

/** The first line from there on that does not end this cell with a tab. */
function endOfRun(lines: readonly string[][], column: number, from: number): number {
  let to = from;
  while (to < lines.length && (lines[to] as string[]).length > column + 1) to += 1;
  return to;
}

const widest = (lines: readonly string[][], column: number): number =>
  lines.reduce((most, cells) => Math.max(most, length(cells[column] ?? '') + GAP), MIN_WIDTH);

function joined(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) =>
      column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - length(cell)),
    )
    .join('');
}
