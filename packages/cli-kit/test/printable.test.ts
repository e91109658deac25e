import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printable } from '../src/index.ts';

const cases: readonly [string, string][] = [
  ['plain, ünïcödé, 日本, 🐳', 'plain, ünïcödé, 日本, 🐳'],
  ['a\tb\nc', 'a\tb\nc'],
  ['\u001b[2J', '\\u001b[2J'],
  ['\r\u0000\u0007\u007f', '\\u000d\\u0000\\u0007\\u007f'],
  ['\u009b31m', '\\u009b31m'],
  ['\u202eevil\u2066', '\\u202eevil\\u2066'],
];
for (const [text, shown] of cases) {
  test(JSON.stringify(shown), () => assert.is(printable(text), shown));
}

test.run();
