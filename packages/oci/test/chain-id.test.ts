import { chainIds, digestOf } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const [a, b, c] = [digestOf('a'), digestOf('b'), digestOf('c')];

test('the first is the diff id; each other hashes the one below and its own', () => {
  const ab = digestOf(`${a} ${b}`);
  assert.equal(chainIds([a, b, c]), [a, ab, digestOf(`${ab} ${c}`)]);
  assert.equal(chainIds([]), []);
});

test('order and place count', () => {
  assert.is.not(chainIds([a, b])[1], chainIds([b, a])[1]);
  assert.is.not(chainIds([a, a])[1], chainIds([a, a])[0]);
});

test.run();
