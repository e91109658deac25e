import { test } from 'uvu';
import assert from 'node:assert/strict';
import { formatTable } from '../src/table.ts';

test('columns are as wide as their longest cell, three blanks apart, without blanks at the end', () => {
  const rows = [
    ['', 'median', 'bar'],
    ['ctr', '52 ms'],
    ['a long name', '1.27 s', 'met'],
  ];
  const lines = ['              median   bar', 'ctr           52 ms', 'a long name   1.27 s   met'];
  assert.equal(formatTable(rows), `${lines.join('\n')}\n`);
});

test.run();
