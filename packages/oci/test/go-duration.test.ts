import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGoDuration } from '@ctrkit/oci';

const table: [text: string, nanoseconds: number | undefined][] = [
  ['0', 0],
  ['30s', 30e9],
  ['1m30s', 90e9],
  ['1.5h', 5400e9],
  ['.5s', 0.5e9],
  ['5.s', 5e9],
  ['100ms', 1e8],
  ['1us', 1e3],
  ['1µs', 1e3],
  ['1μs', 1e3],
  ['7ns', 7],
  ['-1s', -1e9],
  ['+1s', 1e9],
  ['1h1m1s1ms1us1ns', 3661001001001],
  ['', undefined],
  ['5', undefined],
  ['s', undefined],
  ['.s', undefined],
  ['5d', undefined],
  ['1s ', undefined],
  ['1 s', undefined],
  ['3000000h', undefined],
];

for (const [text, nanoseconds] of table) {
  test(JSON.stringify(text), () => assert.is(parseGoDuration(text), nanoseconds));
}

test.run();
