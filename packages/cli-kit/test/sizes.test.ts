import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatBinaryBytes, formatBytes, parseBytes } from '../src/index.ts';
import { refusal } from './throws.ts';

const parsed: readonly [string, number][] = [
  ['0', 0],
  ['512', 512],
  ['512b', 512],
  ['64m', 67_108_864],
  ['64M', 67_108_864],
  ['64MB', 67_108_864],
  ['64MiB', 67_108_864],
  ['64 m', 67_108_864],
  ['1.5g', 1_610_612_736],
  ['0.1k', 102],
  ['2t', 2 * 1024 ** 4],
];
for (const [text, bytes] of parsed) test(text, () => assert.is(parseBytes(text), bytes));

for (const text of [
  '',
  'x',
  '-1',
  '1x',
  '1kk',
  '0x10',
  '1e3',
  '1.',
  '.5',
  ' 1',
  '1 ',
  '99999999t',
  'm',
]) {
  test(`'${text}' is no size`, async () =>
    void (await refusal('SIZE_INVALID', () => parseBytes(text))));
}

const formatted: readonly [number, string][] = [
  [0, '0B'],
  [3, '3B'],
  [999, '999B'],
  [1000, '1kB'],
  [1_234, '1.23kB'],
  [999_949, '1MB'],
  [1_980_000, '1.98MB'],
  [29_300_000, '29.3MB'],
  [204_000_000, '204MB'],
  [5_000_000_000, '5GB'],
];
for (const [bytes, text] of formatted) test(text, () => assert.is(formatBytes(bytes), text));

const binary: readonly [number, string][] = [
  [0, '0B'],
  [1023, '1023B'],
  [1024, '1KiB'],
  [2_080_375, '1.984MiB'],
  [67_108_864, '64MiB'],
  [8 * 1024 ** 3, '8GiB'],
];
for (const [bytes, text] of binary) test(text, () => assert.is(formatBinaryBytes(bytes), text));

test.run();
