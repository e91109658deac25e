import { existsSync, mkdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createCgroup, openCgroup } from '../src/index.ts';
import { codeOf, errorOf, fakeMachine } from './support.ts';
import type { FakeOptions } from './support.ts';

const v1: FakeOptions = {
  v1: ['memory', 'cpu,cpuacct', 'cpuset', 'pids', 'devices', 'freezer', 'blkio'],
};
const v2: FakeOptions = { v2: { at: '', controllers: 'cpuset cpu io memory pids' } };
const limits = {
  memory: { limit: 1000, swap: 3000 },
  cpu: { quota: 50_000, period: 100_000 },
  pids: { limit: 20 },
};
const allowNull = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c' as const, major: 1, minor: 3 },
];

test('v1: only in the trees that are needed', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('ctr/a', limits, on);
  assert.is(cgroup.path, '/ctr/a');
  assert.equal(on.files('memory/ctr/a'), {
    'memory.limit_in_bytes': '1000',
    'memory.memsw.limit_in_bytes': '3000',
  });
  assert.equal(on.files('cpu,cpuacct/ctr/a'), {
    'cpu.cfs_period_us': '100000',
    'cpu.cfs_quota_us': '50000',
  });
  assert.equal(on.files('pids/ctr/a'), { 'pids.max': '20' });
  assert.equal(on.files('freezer/ctr/a'), {});
  for (const tree of ['devices', 'blkio', 'cpuset']) assert.not(existsSync(on.path(tree, 'ctr')));
  assert.equal(
    cgroup.joinFiles,
    ['memory', 'cpu,cpuacct', 'pids', 'freezer'].map((tree) => on.path(tree, 'ctr/a/cgroup.procs')),
  );
  assert.equal(cgroup.mounts[1], {
    controllers: ['cpu', 'cpuacct'],
    hostPath: on.path('cpu,cpuacct/ctr/a'),
  });
  assert.equal(cgroup.ignored, []);
  assert.is(cgroup.deviceProgram, undefined);
});

test('v1: without limits a cgroup to find and stop the processes by', async () => {
  await using on = await fakeMachine(v1);
  assert.equal((await createCgroup('a', {}, on)).joinFiles, [on.path('freezer/a/cgroup.procs')]);
  await using without = await fakeMachine({ v1: ['memory', 'cpu'] });
  const cgroup = await createCgroup('a', {}, without);
  assert.equal(cgroup.joinFiles, [without.path('memory/a/cgroup.procs')]);
});

test('v1: controllers that only count', async () => {
  await using on = await fakeMachine(v1);
  const controllers = ['memory', 'cpuacct'];
  const { hierarchy } = on;
  const cgroup = await createCgroup('a', {}, { hierarchy, controllers });
  assert.is(cgroup.joinFiles.length, 3);
  const unknown = { hierarchy, controllers: ['nosuch'] };
  assert.is(await codeOf(() => createCgroup('b', {}, unknown)), 'CGROUP_UNAVAILABLE');
});

test('v1: device rules are written', async () => {
  await using on = await fakeMachine(v1);
  await createCgroup('a', { devices: allowNull }, on);
  assert.equal(on.files('devices/a'), { 'devices.deny': 'a', 'devices.allow': 'c 1:3 rwm' });
});

test('v1: a cpuset gets what its parents have', async () => {
  await using on = await fakeMachine(v1);
  on.write('cpuset/cpuset.cpus', '0-3\n');
  on.write('cpuset/cpuset.mems', '0\n');
  await createCgroup('ctr/deep/a', { cpu: { cpus: '1' } }, on);
  assert.equal(on.files('cpuset/ctr'), { 'cpuset.cpus': '0-3', 'cpuset.mems': '0' });
  assert.equal(on.files('cpuset/ctr/deep'), { 'cpuset.cpus': '0-3', 'cpuset.mems': '0' });
  assert.equal(on.files('cpuset/ctr/deep/a'), { 'cpuset.cpus': '1', 'cpuset.mems': '0' });
});

test('v2: every parent gives its children the controllers', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('ctr/a', { ...limits, cpu: { shares: 1024, cpus: '0' } }, on);
  assert.equal(on.files('ctr/a'), {
    'memory.max': '1000',
    'memory.swap.max': '2000',
    'cpu.weight': '100',
    'cpuset.cpus': '0',
    'pids.max': '20',
  });
  for (const parent of ['', 'ctr']) {
    const enabled = on.read(parent, 'cgroup.subtree_control')?.split(' ').toSorted();
    assert.equal(enabled, ['+cpu', '+cpuset', '+memory', '+pids']);
  }
  assert.equal(cgroup.joinFiles, [on.path('ctr/a/cgroup.procs')]);
  assert.equal(cgroup.mounts, []);
});

test('v2: from the base on down, nothing above it', async () => {
  await using on = await fakeMachine({ ...v2, self: '0::/user/me\n' });
  const hierarchy = { ...on.hierarchy, base: '/user/me' };
  mkdirSync(on.path('user/me'), { recursive: true });
  const cgroup = await createCgroup('ctr/a', limits, { hierarchy });
  assert.is(cgroup.path, '/user/me/ctr/a');
  assert.is(on.read('cgroup.subtree_control'), '');
  assert.is(on.read('user/cgroup.subtree_control'), undefined);
  assert.is(on.read('user/me/cgroup.subtree_control'), '+memory +cpu +pids');
  assert.is(on.read('user/me/ctr/a/pids.max'), '20');
});

test('v2: device rules become a program to attach', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', { devices: allowNull }, on);
  assert.is(cgroup.deviceProgram?.directory, on.path('a'));
  assert.is((cgroup.deviceProgram?.program.length ?? 1) % 8, 0);
  const changed = codeOf(() => cgroup.update({ devices: allowNull }));
  assert.is(await changed, 'CGROUP_UNAVAILABLE');
});

test('v2: raw files, one line a write', async () => {
  await using on = await fakeMachine(v2);
  const unified = { 'memory.high': '500', 'io.max': '8:0 rbps=1\n8:16 rbps=2\n' };
  await createCgroup('a', { unified }, on);
  assert.is(on.read('a/memory.high'), '500');
  assert.is(on.read('a/io.max'), '8:16 rbps=2');
  assert.ok(on.read('cgroup.subtree_control')?.includes('+io'));
});

test('v2: raw files that are no limits are refused', async () => {
  await using on = await fakeMachine(v2);
  for (const file of ['cgroup.procs', 'cgroup.kill', '../x.y', 'a/b.c', 'nodot', 'memory.']) {
    const code = await codeOf(() => createCgroup('a', { unified: { [file]: '1' } }, on));
    assert.ok(['CGROUP_INVALID_VALUE', 'CGROUP_UNAVAILABLE'].includes(code), file);
    assert.not(existsSync(on.path('a')), file);
  }
  const core = await createCgroup('a', { unified: { 'cgroup.max.depth': '2' } }, on);
  assert.is(core.joinFiles.length, 1);
  assert.is(on.read('a/cgroup.max.depth'), '2');
});

test('raw files need v2', async () => {
  await using on = await fakeMachine(v1);
  const create = (): unknown => createCgroup('a', { unified: { 'memory.high': '5' } }, on);
  assert.is(await codeOf(create), 'CGROUP_UNAVAILABLE');
});

test('hybrid: each limit where its controller is', async () => {
  const unified = { at: 'unified', controllers: 'pids' };
  await using on = await fakeMachine({ v1: ['memory', 'freezer'], v2: unified });
  const cgroup = await createCgroup('ctr/a', { ...limits, cpu: {}, devices: allowNull }, on);
  assert.is(on.read('memory/ctr/a/memory.limit_in_bytes'), '1000');
  assert.is(on.read('unified/ctr/a/pids.max'), '20');
  assert.is(on.read('unified/cgroup.subtree_control'), '+pids');
  assert.is(cgroup.deviceProgram?.directory, on.path('unified/ctr/a'));
  assert.equal(
    cgroup.mounts.map(({ controllers }) => controllers),
    [['memory'], ['freezer']],
  );
});

test('a controller that is not there', async () => {
  await using on = await fakeMachine({ v2: { at: '', controllers: 'memory' } });
  const error = await errorOf(() => createCgroup('a', limits, on));
  assert.is(error.code, 'CGROUP_UNAVAILABLE');
  assert.ok(error.hint);
  assert.not(existsSync(on.path('a')));
  await using old = await fakeMachine({ v1: ['memory'] });
  const devices = { devices: allowNull };
  assert.is(await codeOf(() => createCgroup('a', devices, old)), 'CGROUP_UNAVAILABLE');
});

test('a value that makes no sense leaves nothing behind', async () => {
  await using on = await fakeMachine(v1);
  const create = (): unknown =>
    createCgroup('a', { ...limits, memory: { limit: 10, swap: 5 } }, on);
  assert.is(await codeOf(create), 'CGROUP_INVALID_VALUE');
  assert.not(existsSync(on.path('memory/a')));
});

test('what was left behind is made anew; what is in use is not', async () => {
  await using on = await fakeMachine(v1);
  mkdirSync(on.path('freezer/a'));
  await createCgroup('a', {}, on);
  on.write('freezer/b/cgroup.procs', '1\n');
  assert.is(await codeOf(() => createCgroup('b', {}, on)), 'CGROUP_BUSY');
  on.write('pids/c/cgroup.procs', '1\n');
  const create = (): unknown => createCgroup('c', { memory: { limit: 5 }, pids: { limit: 1 } }, on);
  assert.is(await codeOf(create), 'CGROUP_BUSY');
});

test('what a version cannot do is told', async () => {
  await using on = await fakeMachine(v2);
  const { ignored } = await createCgroup('a', { memory: { limit: 5, swappiness: 10 } }, on);
  assert.is(ignored.length, 1);
  assert.match(ignored[0] ?? '', /^memory\.swappiness: /);
});

test('opening finds what is there', async () => {
  await using on = await fakeMachine(v1);
  const made = await createCgroup('ctr/a', limits, on);
  const opened = await openCgroup('ctr/a', on);
  assert.equal(opened.joinFiles.toSorted(), made.joinFiles.toSorted());
  assert.is((await openCgroup(made.path, on)).path, made.path);
  assert.is(await codeOf(() => openCgroup('ctr/none', on)), 'CGROUP_NOT_FOUND');
});

test('v1: a new limit brings a cgroup into another tree, with its processes', async () => {
  await using on = await fakeMachine(v1);
  const cgroup = await createCgroup('a', { pids: { limit: 5 } }, on);
  on.write('pids/a/cgroup.procs', '4000001\n');
  assert.equal(await cgroup.update({ memory: { limit: 70, kernel: 5 } }), [
    'memory.kernel: counted in memory.limit',
  ]);
  assert.is(on.read('memory/a/memory.limit_in_bytes'), '70');
  assert.is(on.read('memory/a/cgroup.procs'), '4000001');
  assert.is(on.read('pids/a/pids.max'), '5');
  assert.ok(cgroup.joinFiles.includes(on.path('memory/a/cgroup.procs')));
});

test('v2: a new limit enables its controller', async () => {
  await using on = await fakeMachine(v2);
  const cgroup = await createCgroup('a', {}, on);
  assert.is(on.read('cgroup.subtree_control'), '+cpu +memory +pids');
  await cgroup.update({ cpu: { cpus: '0' } });
  assert.ok(on.read('cgroup.subtree_control')?.includes('+cpuset'));
  assert.is(on.read('a/cpuset.cpus'), '0');
});

test.run();
