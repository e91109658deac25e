import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memory } from '../../src/controllers/memory.ts';
import { codeOf, fresh, viewOn, written } from '../support.ts';

const MiB = 1024 * 1024;

test('v1: limit first, then memory and swap together', () => {
  assert.equal(fresh(memory, 1, { memory: { limit: 64 * MiB, swap: 128 * MiB } }), [
    'memory.limit_in_bytes 67108864',
    'memory.memsw.limit_in_bytes 134217728',
  ]);
});

test('v1: without a limit of memory nothing limits swap either', () => {
  assert.equal(fresh(memory, 1, { memory: { limit: -1 } }), [
    'memory.limit_in_bytes -1',
    'memory.memsw.limit_in_bytes -1',
  ]);
});

test('v1: the rest', () => {
  assert.equal(
    fresh(memory, 1, {
      memory: { reservation: 5, kernelTCP: 6, swappiness: 0, disableOOMKiller: true },
    }),
    [
      'memory.soft_limit_in_bytes 5',
      'memory.kmem.tcp.limit_in_bytes 6',
      'memory.swappiness 0',
      'memory.oom_control 1',
    ],
  );
});

test('v1: what grows beyond the present limit of both, grows from above', () => {
  const present = viewOn(1, { 'memory.memsw.limit_in_bytes': String(64 * MiB) });
  const grown = { memory: { limit: 128 * MiB, swap: 256 * MiB } };
  assert.equal(written(memory.settings(grown, present)), [
    'memory.memsw.limit_in_bytes 268435456',
    'memory.limit_in_bytes 134217728',
  ]);
  const shrunk = { memory: { limit: 32 * MiB, swap: 32 * MiB } };
  assert.is(memory.settings(shrunk, present)[0]?.file, 'memory.limit_in_bytes');
  const opened = { memory: { limit: -1, swap: -1 } };
  assert.is(memory.settings(opened, present)[0]?.file, 'memory.memsw.limit_in_bytes');
});

test('v2: swap alone', () => {
  assert.equal(fresh(memory, 2, { memory: { limit: 64 * MiB, swap: 64 * MiB } }), [
    'memory.swap.max 0',
    'memory.max 67108864',
  ]);
  assert.equal(fresh(memory, 2, { memory: { limit: 64 * MiB, swap: 96 * MiB } }), [
    'memory.swap.max 33554432',
    'memory.max 67108864',
  ]);
  assert.equal(fresh(memory, 2, { memory: { limit: 64 * MiB, swap: -1 } }), [
    'memory.swap.max max',
    'memory.max 67108864',
  ]);
  assert.equal(fresh(memory, 2, { memory: { limit: -1, reservation: 7 } }), [
    'memory.swap.max max',
    'memory.max max',
    'memory.low 7',
  ]);
});

test('v2: a later change of swap alone counts from the limit that is set', () => {
  const view = viewOn(2, { 'memory.max': '100' });
  assert.equal(written(memory.settings({ memory: { swap: 150 } }, view)), ['memory.swap.max 50']);
});

test('0 is not set', () => {
  for (const version of [1, 2] as const) {
    assert.equal(fresh(memory, version, { memory: { limit: 0, swap: 0, reservation: 0 } }), []);
    assert.equal(fresh(memory, version, {}), []);
  }
});

test('swap that makes no sense', async () => {
  for (const version of [1, 2] as const) {
    const less = { memory: { limit: 64, swap: 32 } };
    assert.is(await codeOf(() => fresh(memory, version, less)), 'CGROUP_INVALID_VALUE');
  }
  const alone = { memory: { swap: 32 } };
  assert.is(await codeOf(() => fresh(memory, 2, alone)), 'CGROUP_INVALID_VALUE');
});

test('names what a version has no word for', () => {
  const all = { memory: { kernel: 1, kernelTCP: 1, swappiness: 1, disableOOMKiller: true } };
  assert.is(memory.ignored?.(all, 1).length, 1);
  assert.is(memory.ignored?.(all, 2).length, 4);
  assert.equal(memory.ignored?.({}, 2), []);
});

test('v1: statistics', () => {
  const view = viewOn(1, {
    'memory.usage_in_bytes': '100',
    'memory.memsw.usage_in_bytes': '130',
    'memory.max_usage_in_bytes': '200',
    'memory.limit_in_bytes': '9223372036854771712',
    'memory.stat': 'cache 1\ntotal_cache 40\ntotal_rss 50\ntotal_inactive_file 9',
  });
  assert.equal(memory.stats?.(view).memory, {
    usageBytes: 100,
    peakBytes: 200,
    swapBytes: 30,
    anonBytes: 50,
    fileBytes: 40,
    inactiveFileBytes: 9,
  });
});

test('v2: statistics', () => {
  const view = viewOn(2, {
    'memory.current': '100',
    'memory.max': '300',
    'memory.swap.current': '3',
    'memory.stat': 'anon 50\nfile 40\ninactive_file 9',
  });
  assert.equal(memory.stats?.(view).memory, {
    usageBytes: 100,
    limitBytes: 300,
    swapBytes: 3,
    anonBytes: 50,
    fileBytes: 40,
    inactiveFileBytes: 9,
  });
});

test.run();
