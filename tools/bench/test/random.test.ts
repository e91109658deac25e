import { test } from 'uvu';
import assert from 'node:assert/strict';
import { randomNumbers } from '../src/random.ts';

test('the same seed gives the same numbers, another one others', () => {
  const draw = (seed: number): number[] => {
    const random = randomNumbers(seed);
    return Array.from({ length: 100 }, () => random.below(1000));
  };
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

test('numbers stay below their limit and differ', () => {
  const random = randomNumbers(7);
  const numbers = Array.from({ length: 1000 }, () => random.below(10));
  assert.equal(new Set(numbers).size, 10);
  assert.ok(numbers.every((number) => number >= 0 && number < 10));
});

test.run();
