import { test } from 'uvu';
import assert from 'node:assert/strict';
import { ratioOf, summarize } from '../src/statistics.ts';

test('the median of an odd number of values is the middle one, whatever their order', () => {
  assert.deepEqual(summarize([9, 1, 5]), { median: 5, min: 1, max: 9 });
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  assert.deepEqual(summarize([10, 1, 3, 2]), { median: 2.5, min: 1, max: 10 });
});

test('numbers are ordered as numbers, not as text', () => {
  assert.equal(summarize([100, 9, 20]).median, 20);
});

test('one value is all three', () => {
  assert.deepEqual(summarize([4]), { median: 4, min: 4, max: 4 });
});

test('of nothing nothing is said', () => {
  assert.throws(() => summarize([]), RangeError);
});

test('a ratio is that of the medians; its ends are those of the rounds', () => {
  // Rounds: 1/2, 4/4, 3/12.
  assert.deepEqual(ratioOf([1, 4, 3], [2, 4, 12]), { median: 3 / 4, min: 0.25, max: 1 });
});

test('the values are left as they are', () => {
  const values = [3, 1, 2];
  summarize(values);
  assert.deepEqual(values, [3, 1, 2]);
});

test.run();
