import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { takesLayersOneByOne } from '../src/root-overlay-operation.ts';

test('a kernel before 6.7 gets the layers in one string', () => {
  for (const [kernel, takes] of [
    ['5.15.0-1-amd64', false],
    ['6.6.9', false],
    ['6.7.0-rc1', true],
    ['7.0.1\n', true],
  ] as const) {
    assert.is(takesLayersOneByOne(kernel), takes, kernel);
  }
});

test.run();
