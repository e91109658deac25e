import assert from 'node:assert/strict';
import { test } from 'uvu';
import { detachKeys } from '../src/commands/detach-keys.ts';

for (const [text, bytes] of [
  [undefined, [16, 17]],
  ['', []],
  ['ctrl-a,d', [1, 100]],
  ['ctrl-@,ctrl-[,ctrl-_', [0, 27, 31]],
  ['ctrl-Z', [26]],
] as const) {
  test(`detach keys ${text ?? 'of no option'}`, () =>
    assert.deepEqual([...detachKeys(text)], [...bytes]));
}

for (const text of ['ctrl-1', 'ctrl-', 'ab', 'a,,b', 'é', '\n']) {
  test(`detach keys ${JSON.stringify(text)} are refused`, () =>
    assert.throws(() => detachKeys(text), { code: 'USAGE' }));
}

test.run();
