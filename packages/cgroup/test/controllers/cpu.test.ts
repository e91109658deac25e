import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpu, cpuacct } from '../../src/controllers/cpu.ts';
import { fresh, viewOn, written } from '../support.ts';

/** The files in the order in which a change writes them. */
const order = (quota: number, period: number, present: Record<string, string>): string[] =>
  written(cpu.settings({ cpu: { quota, period } }, viewOn(1, present))).map(
    (line) => line.split(' ')[0] ?? '',
  );

test('v1: period before quota', () => {
  assert.equal(fresh(cpu, 1, { cpu: { quota: 50_000, period: 100_000, shares: 512 } }), [
    'cpu.shares 512',
    'cpu.cfs_period_us 100000',
    'cpu.cfs_quota_us 50000',
  ]);
});

test('v1: burst, idle and real time', () => {
  assert.equal(fresh(cpu, 1, { cpu: { burst: 1000, idle: 1, shares: 512 } }), [
    'cpu.cfs_burst_us 1000',
    'cpu.idle 1',
  ]);
  assert.equal(fresh(cpu, 1, { cpu: { realtimePeriod: 10, realtimeRuntime: 5 } }), [
    'cpu.rt_period_us 10',
    'cpu.rt_runtime_us 5',
  ]);
});

test('v1: a change never passes through a larger share than old and new', () => {
  const half = { 'cpu.cfs_quota_us': '50000', 'cpu.cfs_period_us': '100000' };
  assert.equal(order(5000, 10_000, half), ['cpu.cfs_quota_us', 'cpu.cfs_period_us']);
  assert.equal(order(500_000, 1_000_000, half), ['cpu.cfs_period_us', 'cpu.cfs_quota_us']);
  const free = { 'cpu.cfs_quota_us': '-1', 'cpu.cfs_period_us': '100000' };
  assert.equal(order(5000, 10_000, free), ['cpu.cfs_quota_us', 'cpu.cfs_period_us']);
  assert.equal(order(-1, 10_000, half), ['cpu.cfs_period_us', 'cpu.cfs_quota_us']);
});

test('v2: one file for quota and period', () => {
  assert.equal(fresh(cpu, 2, { cpu: { quota: 50_000, period: 20_000 } }), ['cpu.max 50000 20000']);
  assert.equal(fresh(cpu, 2, { cpu: { quota: 50_000 } }), ['cpu.max 50000 100000']);
  assert.equal(fresh(cpu, 2, { cpu: { quota: -1 } }), ['cpu.max max 100000']);
  assert.equal(fresh(cpu, 2, { cpu: { period: 5000 } }), ['cpu.max max 5000']);
});

test('v2: a change of one keeps the other', () => {
  const view = viewOn(2, { 'cpu.max': '30000 60000' });
  assert.equal(written(cpu.settings({ cpu: { period: 5000 } }, view)), ['cpu.max 30000 5000']);
  assert.equal(written(cpu.settings({ cpu: { quota: 1000 } }, view)), ['cpu.max 1000 60000']);
});

test('v2: shares as weight, burst, idle', () => {
  assert.equal(fresh(cpu, 2, { cpu: { shares: 1024 } }), ['cpu.weight 100']);
  assert.equal(fresh(cpu, 2, { cpu: { shares: 0 } }), []);
  assert.equal(fresh(cpu, 2, { cpu: { idle: 1, shares: 2, burst: 7 } }), [
    'cpu.max.burst 7',
    'cpu.idle 1',
  ]);
  assert.is(cpu.ignored?.({ cpu: { realtimeRuntime: 5 } }, 2).length, 1);
  assert.is(cpu.ignored?.({ cpu: { realtimeRuntime: 5 } }, 1).length, 0);
});

test('times are microseconds in both versions', () => {
  const v1 = viewOn(1, { 'cpu.stat': 'nr_periods 9\nnr_throttled 4\nthrottled_time 5000000' });
  assert.equal(cpu.stats?.(v1).cpu, { periods: 9, throttledPeriods: 4, throttledUsec: 5000 });
  const account = viewOn(1, { 'cpuacct.usage': '3000000', 'cpuacct.stat': 'user 7\nsystem 2' });
  assert.equal(cpuacct.stats?.(account).cpu, {
    usageUsec: 3000,
    userUsec: 70_000,
    systemUsec: 20_000,
  });
  const v2 = viewOn(2, {
    'cpu.stat':
      'usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_periods 3\nnr_throttled 2\nthrottled_usec 1',
  });
  assert.equal(cpu.stats?.(v2).cpu, {
    usageUsec: 30,
    userUsec: 20,
    systemUsec: 10,
    periods: 3,
    throttledPeriods: 2,
    throttledUsec: 1,
  });
});

test.run();
