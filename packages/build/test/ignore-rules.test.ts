import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { IgnoreRules } from '../src/ignore/ignore-rules.ts';
import { readIgnoreLines } from '../src/ignore/ignore-lines.ts';
import { failureOf } from './context-helpers.ts';

for (const [lines, directory, expected] of [
  [['a'], 'a', false],
  [['a', '!a/b'], 'a', true],
  [['a', '!a/b'], 'a/b', false],
  [['a', '!a/b'], 'a/c', false],
  [['*', '!*/b'], 'a', true],
  [['*', '!*/b'], 'a/b', false],
  [['*', '!**/b'], 'x/y/z', true],
  [['*', '!a/**/b'], 'a/x', true],
  [['*', '!a/**/b'], 'b', false],
  [['*', '![ab]/c'], 'x', true],
  [['*', '!a**'], 'a/b', true],
] as const) {
  test(`${lines.join(' ')}: looks into ${directory}: ${expected}`, () => {
    assert.is(new IgnoreRules(lines).mayIncludeBelow(directory), expected);
  });
}

test('a pattern that is made to take for ever takes no time', () => {
  const start = process.cpuUsage();
  const rules = new IgnoreRules([`${'**/'.repeat(60)}x?`, `${'*a'.repeat(60)}b`]);
  const verdict = rules.judge(`${'a/'.repeat(120)}${'a'.repeat(250)}`, rules.root);
  assert.is(verdict.isExcluded, false);
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});

test('what is no ignore file', async () => {
  for (const [bytes, why] of [
    [Buffer.alloc(2 << 20, '\n'), 'larger than 1 MiB'],
    [Buffer.alloc(70_000, 'x'), 'a line is too long'],
  ] as const) {
    const failure = await failureOf(Promise.resolve().then(() => readIgnoreLines(bytes, 'x.dockerignore'))); // prettier-ignore
    assert.is(failure, `CONTEXT_INVALID: error reading x.dockerignore: ${why}`);
  }
});

test.run();
