import assert from 'node:assert/strict';
import { test } from 'uvu';
import { environmentOf } from '../src/environment.ts';

test("a name with a value is taken as it is, a bare name has the caller's value or takes the image's away", () => {
  const caller = { SET: 'x=y', EMPTY: '' };
  const given = ['A=1', 'B=', 'SET', 'EMPTY', 'UNSET', '=bad'];
  assert.deepEqual(environmentOf(given, caller), [
    'A=1',
    'B=',
    'SET=x=y',
    'EMPTY=',
    'UNSET',
    '=bad',
  ]);
});

test.run();
