import type { Output } from './output.ts';
import { printable } from './printable.ts';
import { formatTable, type Column } from './table.ts';

export type RowFormat = 'table' | 'json';

/** The `--format` of the small tools; absent means a table on a terminal and NDJSON elsewhere. */
export const formatOption = {
  type: 'string',
  choices: ['table', 'json'],
  describe: 'Print a table or one JSON object a line (default: a table on a terminal, else JSON)',
} as const;

/**
 * Prints rows as NDJSON (the rows themselves, whole) or as a table (the columns).
 *
 * NDJSON goes out row by row while the rows arrive; a table needs all of them for its widths. Throws what the rows
 * throw, and CliError OUTPUT_CLOSED.
 */
export async function printRows<Row extends object>(
  output: Output,
  rows: Iterable<Row> | AsyncIterable<Row>,
  settings: { format?: RowFormat | undefined; columns: readonly Column<Row>[] },
): Promise<void> {
  const format = settings.format ?? (output.isTerminal ? 'table' : 'json');
  if (format === 'table') {
    const all: Row[] = [];
    for await (const row of rows) all.push(row);
    output.write(formatTable(all, settings.columns));
  } else if (Symbol.iterator in rows) {
    output.write(Array.from(rows, (row) => `${printable(JSON.stringify(row))}\n`).join(''));
  } else {
    await streamRows(output, rows);
  }
}

async function streamRows(output: Output, rows: AsyncIterable<object>): Promise<void> {
  const [{ default: ndjson }, { Readable }, { pipeline }] = await Promise.all([
    import('ndjson'),
    import('node:stream'),
    import('node:stream/promises'),
  ]);
  await pipeline(Readable.from(rows), ndjson.stringify(), safely, output.stream());
}

/** JSON leaves C1 control characters and the like as they are; as escapes they mean the same. */
async function* safely(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const line of lines) yield printable(String(line));
}
