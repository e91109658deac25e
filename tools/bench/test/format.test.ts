import { test } from 'uvu';
import assert from 'node:assert/strict';
import { formatRatio, formatValue } from '../src/format.ts';

const values = [
  [4.13, 'ms', '4.1 ms'],
  [52.4, 'ms', '52 ms'],
  [1271, 'ms', '1.27 s'],
  [79_400_000, 'bytes', '79 MB'],
  [92_000, 'bytes', '0.09 MB'],
] as const;

for (const [value, unit, text] of values) {
  test(`${value} ${unit} is written ${text}`, () => assert.equal(formatValue(value, unit), text));
}

test('a ratio has two digits behind the point until it is large', () => {
  assert.deepEqual([0.174, 1, 12.3].map(formatRatio), ['0.17', '1.00', '12']);
});

test.run();
