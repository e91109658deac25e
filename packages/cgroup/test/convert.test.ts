import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ioWeightOf, swapOnly, weightOfShares } from '../src/convert.ts';
import { codeOf } from './support.ts';

test('shares as weight: least, default and most meet', () => {
  const table = [
    [2, 1],
    [3, 2],
    [1024, 100],
    [2048, 174],
    [262_144, 10_000],
    [1, 1],
    [1_000_000, 10_000],
  ] as const;
  for (const [shares, weight] of table) assert.is(weightOfShares(shares), weight, String(shares));
});

test('more shares never weigh less', () => {
  for (let shares = 2, last = 0; shares <= 262_144; shares += 97) {
    const weight = weightOfShares(shares);
    assert.ok(weight >= last && weight >= 1 && weight <= 10_000);
    last = weight;
  }
});

test('blkio weight as io.weight', () => {
  assert.is(ioWeightOf(10), 1);
  assert.is(ioWeightOf(1000), 10_000);
  assert.is(ioWeightOf(500), 4950);
});

test('swap without memory', async () => {
  assert.is(swapOnly(100, 60), 40);
  assert.is(swapOnly(100, 100), 0);
  assert.is(swapOnly(-1, 100), -1);
  assert.is(swapOnly(-1, undefined), -1);
  assert.is(await codeOf(() => swapOnly(100, undefined)), 'CGROUP_INVALID_VALUE');
  assert.is(await codeOf(() => swapOnly(100, -1)), 'CGROUP_INVALID_VALUE');
});

test.run();
