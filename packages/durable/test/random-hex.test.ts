import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomHex } from '../src/index.ts';

for (const length of [1, 6, 32, 256]) {
  test(`${length} random bytes`, () => {
    assert.match(randomHex(length), new RegExp(`^[0-9a-f]{${2 * length}}$`));
  });
}

test('no two are equal, and none is nothing', () => {
  const all = Array.from({ length: 1000 }, () => randomHex(8));
  assert.is(new Set(all).size, 1000);
  assert.not(all.includes('0'.repeat(16)));
});

test.run();
