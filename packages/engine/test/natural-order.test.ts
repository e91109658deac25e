import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { naturalOrder } from '../src/natural-order.ts';

test('numbers count by their value, letters by their bytes', () => {
  const sorted = ['1', '2a', '10', '08352156', 'V9', 'a', 'a1', 'a1b', 'a2', 'a10', 'ab', 'v9'];
  assert.equal(sorted.toReversed().toSorted(naturalOrder), sorted);
  assert.is(naturalOrder('a1', 'a1'), 0);
});

test.run();
