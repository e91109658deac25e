import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatTable, type Column } from '../src/index.ts';

const headers = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES'];
const columns: Column<string[]>[] = headers.map((header, index) => ({
  header,
  value: (row) => row[index] ?? '',
}));

// Both as docker 28.2.2 prints them.
test('no rows: the header of docker ps', () =>
  assert.is(
    formatTable([], columns),
    'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES\n',
  ));

test('a row of docker ps', () => {
  const cells = ['ff3e9e3e3fa0', 'busybox', '"sh -c \'sleep 0.5; e…"', '4 seconds ago', 'Up 3 seconds', '', 'h4rest']; // prettier-ignore
  const lines = [
    'CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS         PORTS     NAMES',
    'ff3e9e3e3fa0   busybox   "sh -c \'sleep 0.5; e…"   4 seconds ago   Up 3 seconds             h4rest',
  ];
  assert.is(formatTable([cells], columns), `${lines.join('\n')}\n`);
});

test('a cell can neither steer the terminal nor begin a line', () => {
  const text = formatTable([['a\u001b[2J\nb\tc']], [{ header: 'X', value: (row) => row[0] ?? '' }]);
  assert.is(text, 'X\na\\u001b[2J\\nb\\tc\n');
});

test.run();
