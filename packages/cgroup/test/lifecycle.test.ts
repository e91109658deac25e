import { existsSync, mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCgroup, listCgroups, openCgroup } from '../src/index.ts';
import { codeOf, errorOf, fakeMachine } from './support.ts';
import type { FakeOptions } from './support.ts';

const v1: FakeOptions = { v1: ['memory', 'cpu', 'cpuacct', 'pids', 'freezer'] };
const v2: FakeOptions = { v2: { at: '', controllers: 'cpu io memory pids' } };
/** No process has a number as large as this (the kernel's limit is 2^22). */
const NOBODY = 4_999_999;

test('v1: freezing waits until it is so', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', {}, on);
  await cgroup.freeze();
  assert.is(on.read('freezer/a/freezer.state'), 'FROZEN');
  assert.ok(cgroup.isFrozen());
  // The kernel says THAWED; a plain file is not FROZEN, which is all that is asked.
  await cgroup.thaw();
  assert.is(on.read('freezer/a/freezer.state'), 'THAWED');
  assert.not(cgroup.isFrozen());
});

test('v2: freezing waits for cgroup.events', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  on.write('a/cgroup.events', 'populated 1\nfrozen 0\n');
  const freezing = cgroup.freeze();
  let isDone = false;
  void freezing.then(() => (isDone = true));
  await sleep(20);
  assert.not(isDone);
  on.write('a/cgroup.events', 'populated 1\nfrozen 1\n');
  await freezing;
  assert.is(on.read('a/cgroup.freeze'), '1');
  assert.ok(cgroup.isFrozen());
});

test('v2: what does not freeze in time is thawed again', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  on.write('a/cgroup.events', 'frozen 0\n');
  assert.is(await codeOf(() => cgroup.freeze({ timeout: 20 })), 'CGROUP_BUSY');
  assert.is(on.read('a/cgroup.freeze'), '0');
});

test('an abort ends the wait, and what was asked for is taken back', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  const freezing = cgroup.freeze({ signal: AbortSignal.timeout(20) });
  const error: unknown = await freezing.catch((error: unknown) => error);
  assert.is((error as Error | undefined)?.name, 'TimeoutError');
  assert.is(on.read('a/cgroup.freeze'), '0');
});

test('nothing to freeze by', async () => {
  await using on = await fakeMachine({ v1: ['memory'] });
  const cgroup = await createCgroup('a', {}, on);
  assert.is(await codeOf(() => cgroup.freeze()), 'CGROUP_UNAVAILABLE');
  assert.not(cgroup.isFrozen());
});

test('v2: killing is one write', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  on.write('a/cgroup.procs', `${NOBODY}\n`);
  const killing = cgroup.kill();
  await sleep(5);
  assert.is(on.read('a/cgroup.kill'), '1');
  on.write('a/cgroup.procs', '');
  await killing;
});

test('v1: killing stops first and continues after', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', {}, on);
  on.write('freezer/a/cgroup.procs', `${NOBODY}\n`);
  const error = await errorOf(() => cgroup.kill({ timeout: 20 }));
  assert.is(error.code, 'CGROUP_BUSY');
  assert.equal(error.pids, [NOBODY]);
  assert.is(on.read('freezer/a/freezer.state'), 'THAWED');
});

test('processes of other pid namespaces (0) are nobody: kill(0) would be our own group', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', {}, on);
  on.write('freezer/a/cgroup.procs', '0\n0\n');
  assert.equal(cgroup.processes(), []);
  await cgroup.kill();
});

test('the cgroups below count too', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', {}, on);
  on.write('freezer/a/cgroup.procs', '11\n12\n');
  on.write('freezer/a/b/c/cgroup.procs', '13\n11\n');
  assert.equal(cgroup.processes(), [11, 12, 13]);
});

test('deleting takes what is below, and once more is no error', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('ctr/a', { pids: { limit: 1 } }, on);
  mkdirSync(on.path('freezer/ctr/a/b/c'), { recursive: true });
  on.empty('pids/ctr/a');
  await cgroup.delete();
  for (const tree of ['pids', 'freezer']) {
    assert.not(existsSync(on.path(tree, 'ctr/a')));
    assert.ok(existsSync(on.path(tree, 'ctr')), 'the parent is somebody else’s');
  }
  await cgroup.delete();
});

test('deleting waits for the kernel', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', { pids: { limit: 1 } }, on);
  const deleting = cgroup.delete();
  await sleep(20);
  assert.ok(existsSync(on.path('pids/a')));
  on.empty('pids/a');
  await deleting;
  assert.not(existsSync(on.path('pids/a')));
});

test('deleting gives up at its deadline and says who is in the way', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  on.write('a/cgroup.procs', `${NOBODY}\n`);
  const error = await errorOf(() => cgroup.delete({ timeout: 30 }));
  assert.is(error.code, 'CGROUP_BUSY');
  assert.equal(error.pids, [NOBODY]);
  assert.is(on.read('a/cgroup.kill'), '1');
});

test('statistics of all trees in one object', async () => {
  await using on = await fakeMachine(v1);
  const also = { ...on, controllers: ['memory', 'cpuacct'] };
  const cgroup = await createCgroup('a', { cpu: { quota: 1000, period: 2000 } }, also);
  on.write('cpu/a/cpu.stat', 'nr_periods 1\nnr_throttled 1\nthrottled_time 1000\n');
  on.write('cpuacct/a/cpuacct.usage', '7000\n');
  on.write('memory/a/memory.usage_in_bytes', '5\n');
  assert.equal(await cgroup.stats(), {
    memory: { usageBytes: 5 },
    cpu: { usageUsec: 7, periods: 1, throttledPeriods: 1, throttledUsec: 1 },
  });
});

test('v2: pressure', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  on.write(
    'a/memory.pressure',
    'some avg10=1.50 avg60=0.20 avg300=0.00 total=77\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=3\n',
  );
  const { pressure } = await cgroup.stats();
  assert.equal(pressure, {
    memory: {
      some: { avg10: 1.5, avg60: 0.2, avg300: 0, totalUsec: 77 },
      full: { avg10: 0, avg60: 0, avg300: 0, totalUsec: 3 },
    },
  });
});

test('events in both versions, absent where nobody watches', async () => {
  await using old = await fakeMachine(v1);
  const one = await createCgroup('a', { memory: { limit: 1 } }, old);
  assert.equal(await one.events(), {});
  old.write('memory/a/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n');
  assert.equal(await one.events(), { oomKills: 3 });
  await using on = await fakeMachine(v2);
  const two = await createCgroup('a', {}, on);
  on.write('a/memory.events', 'low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n');
  on.write('a/pids.events', 'max 4\n');
  assert.equal(await two.events(), { oomKills: 1, forksRefused: 4 });
});

test('a list of what is there', async () => {
  await using on = await fakeMachine(v1);
  await createCgroup('ctr/a', { pids: { limit: 1 } }, on);
  on.write('pids/ctr/a/cgroup.procs', '11\n12\n');
  on.write('freezer/ctr/a/cgroup.procs', '11\n');
  const both = { controllers: ['pids', 'freezer'] };
  assert.equal(await listCgroups('/', on), [
    { path: '/ctr', ...both, processes: 0 },
    { path: '/ctr/a', ...both, processes: 2 },
  ]);
  assert.equal(await listCgroups('ctr/a', on), []);
  assert.is(await codeOf(() => listCgroups('none', on)), 'CGROUP_NOT_FOUND');
  assert.ok(await openCgroup('ctr', on));
});

test.run();
