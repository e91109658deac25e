import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printRows, type Column } from '../src/index.ts';
import { memoryOutput } from './memory.ts';

interface Row {
  readonly id: string;
  readonly size: number;
}
const rows: readonly Row[] = [
  { id: 'a', size: 1 },
  { id: 'evil \u009b2J \u202e \u001b', size: 2 },
];
const columns: readonly Column<Row>[] = [{ header: 'ID', value: (row) => row.id }];
const table = 'ID\na\nevil \\u009b2J \\u202e \\u001b\n';

async function* arriving(): AsyncGenerator<Row> {
  for (const row of rows) yield await Promise.resolve(row);
}

for (const [what, source] of [
  ['a list', () => rows],
  ['what arrives', arriving],
] as const) {
  test(`${what} in a pipe is NDJSON, whole rows, without control characters`, async () => {
    const output = memoryOutput();
    await printRows(output, source(), { columns });
    // oxlint-disable-next-line no-control-regex
    assert.not.match(output.text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const lines = output.text.split('\n');
    assert.is(lines.pop(), '');
    assert.equal(
      lines.map((line) => JSON.parse(line) as Row),
      rows,
    );
  });

  test(`${what} on a terminal is a table`, async () => {
    const output = memoryOutput({ isTerminal: true });
    await printRows(output, source(), { columns });
    assert.is(output.text, table);
  });
}

test('the format can be asked for', async () => {
  const pipe = memoryOutput();
  await printRows(pipe, rows, { columns, format: 'table' });
  assert.is(pipe.text, table);
  const terminal = memoryOutput({ isTerminal: true });
  await printRows(terminal, [rows[0] as Row], { columns, format: 'json' });
  assert.is(terminal.text, '{"id":"a","size":1}\n');
});

test('no rows: nothing, or the header', async () => {
  const pipe = memoryOutput();
  await printRows(pipe, [], { columns });
  await printRows(pipe, Readable.from([]) as AsyncIterable<Row>, { columns });
  assert.is(pipe.text, '');
});

async function* failing(): AsyncGenerator<Row> {
  yield* await Promise.resolve(rows);
  throw new Error('no more');
}
test('rows that fail fail the printing', async () => {
  for (const format of ['json', 'table'] as const) {
    const printing = printRows(memoryOutput(), failing(), { columns, format });
    assert.is(await printing.catch((error: Error) => error.message), 'no more');
  }
});

test.run();
