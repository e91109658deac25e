import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pids } from '../../src/controllers/pids.ts';
import { fresh, viewOn } from '../support.ts';

test('a limit, and none', () => {
  for (const version of [1, 2] as const) {
    assert.equal(fresh(pids, version, { pids: { limit: 20 } }), ['pids.max 20']);
    assert.equal(fresh(pids, version, { pids: { limit: -1 } }), ['pids.max max']);
    assert.equal(fresh(pids, version, { pids: { limit: 0 } }), ['pids.max max']);
    assert.equal(fresh(pids, version, {}), []);
  }
});

test('statistics', () => {
  const limited = viewOn(2, { 'pids.current': '3', 'pids.max': '20' });
  assert.equal(pids.stats?.(limited).pids, { current: 3, limit: 20 });
  const free = viewOn(1, { 'pids.current': '3', 'pids.max': 'max' });
  assert.equal(pids.stats?.(free).pids, { current: 3 });
  assert.equal(pids.stats?.(viewOn(2)).pids, {});
});

test.run();
