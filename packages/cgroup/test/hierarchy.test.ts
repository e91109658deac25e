import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asUser, needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { detectHierarchy } from '../src/index.ts';
import { parseMountinfo } from '../src/mountinfo.ts';
import { parseSelfCgroup } from '../src/self-cgroup.ts';
import { codeOf, fakeMachine } from './support.ts';

test('v1: each controller in its tree, two may share one', async () => {
  await using on = await fakeMachine({ v1: ['memory', 'cpu,cpuacct', 'name=systemd'] });
  const { kind, controllers, unified, base } = on.hierarchy;
  assert.is(kind, 'v1');
  assert.is(unified, undefined);
  assert.is(base, '/');
  assert.equal([...controllers.keys()], ['memory', 'cpu', 'cpuacct']);
  assert.is(controllers.get('cpu'), controllers.get('cpuacct'));
  assert.is(controllers.get('cpu')?.mountPoint, on.path('cpu,cpuacct'));
  assert.is(controllers.get('cpu')?.version, 1);
});

test('v2', async () => {
  await using on = await fakeMachine({ v2: { at: '', controllers: 'cpu io memory pids' } });
  const { kind, controllers, unified } = on.hierarchy;
  assert.is(kind, 'v2');
  assert.equal([...controllers.keys()], ['cpu', 'io', 'memory', 'pids']);
  assert.is(unified?.mountPoint, on.root);
});

test('v2 without controllers beside v1 counts as v1', async () => {
  await using on = await fakeMachine({ v1: ['memory'], v2: { at: 'unified', controllers: '' } });
  assert.is(on.hierarchy.kind, 'v1');
  assert.is(on.hierarchy.unified?.mountPoint, on.path('unified'));
});

test('hybrid: some controllers here, some there', async () => {
  const v2 = { at: 'unified', controllers: 'hugetlb pids' };
  await using on = await fakeMachine({ v1: ['memory'], v2 });
  const { kind, controllers } = on.hierarchy;
  assert.is(kind, 'hybrid');
  assert.is(controllers.get('memory')?.version, 1);
  assert.is(controllers.get('pids')?.version, 2);
});

test('nothing mounted', async () => {
  await using directory = await temporaryDirectory();
  const mountinfo = join(directory.path, 'mountinfo');
  writeFileSync(mountinfo, '30 1 0:30 / /proc rw - proc proc rw\n');
  assert.is(await codeOf(() => detectHierarchy({ mountinfo })), 'CGROUP_UNAVAILABLE');
  const missing = join(directory.path, 'none');
  assert.is(await codeOf(() => detectHierarchy({ mountinfo: missing })), 'CGROUP_UNAVAILABLE');
});

test('mounts elsewhere do not count', async () => {
  await using on = await fakeMachine({ v1: ['memory'] });
  await using other = await temporaryDirectory();
  const mountinfo = join(other.path, 'mountinfo');
  writeFileSync(mountinfo, `40 30 0:40 / ${on.root}/memory rw - cgroup cgroup rw,memory\n`);
  const root = on.path('mem');
  assert.is(await codeOf(() => detectHierarchy({ root, mountinfo })), 'CGROUP_UNAVAILABLE');
});

test('this machine', async () => {
  if (!needs('cgroup')) return;
  const { kind, controllers } = await detectHierarchy();
  assert.ok(['v1', 'v2', 'hybrid'].includes(kind));
  assert.ok(controllers.has('memory'));
});

const script = fileURLToPath(new URL('./print-hierarchy.ts', import.meta.url));

test('a user is beneath the highest cgroup that was handed over', async () => {
  if (!needs('root', 'unprivileged-user')) return;
  const slice = 'user.slice/user@1.service';
  const self = `0::/${slice}/app.slice/x.scope\n`;
  await using on = await fakeMachine({ v2: { at: '', controllers: 'cpu memory' }, self });
  const scope = join(slice, 'app.slice', 'x.scope');
  mkdirSync(on.path(scope), { recursive: true });
  for (const [at, mode] of [
    ['.', 0o555],
    ['user.slice', 0o555],
    [slice, 0o777],
  ] as const) {
    on.write(join(at, 'cgroup.controllers'), 'memory\n');
    for (const file of ['cgroup.procs', 'cgroup.subtree_control']) {
      on.write(join(at, file), '');
      chmodSync(on.path(at, file), mode & 0o666);
    }
    chmodSync(on.path(at), mode);
  }
  // Who is allowed to look, is: the directory of the test itself is shut.
  chmodSync(join(on.root, '..'), 0o755);
  chmodSync(on.root, 0o555);
  const tsx = import.meta.resolve('tsx');
  const command = ['--import', tsx, '--conditions=@ctrkit/source', script, on.root] as const;
  const { code, stdout, stderr } = await asUser([process.execPath, ...command]);
  chmodSync(on.root, 0o755);
  assert.is(code, 0, stderr);
  assert.equal(JSON.parse(stdout), { kind: 'v2', base: `/${slice}`, controllers: ['memory'] });
});

test('where nothing was handed over there is no base', async () => {
  await using on = await fakeMachine({ v2: { at: '', controllers: 'memory' } });
  on.empty('.');
  on.write('cgroup.controllers', 'memory\n');
  assert.is((await on.detect()).base, undefined);
});

test('mountinfo: escapes, other file systems, optional fields', () => {
  const text = [
    '25 1 0:22 / /sys rw shared:7 - sysfs sysfs rw',
    String.raw`31 25 0:28 /a\040b /sys/fs/cgroup/my\040cpu rw,nosuid shared:9 master:1 - cgroup cgroup rw,xattr,cpu,cpuacct`,
    '32 25 0:29 / /sys/fs/cgroup/systemd rw - cgroup systemd rw,xattr,name=systemd',
    '33 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate',
    '',
  ].join('\n');
  assert.equal(parseMountinfo(text), [
    {
      version: 1,
      mountPoint: '/sys/fs/cgroup/my cpu',
      root: '/a b',
      controllers: ['cpu', 'cpuacct'],
    },
    { version: 1, mountPoint: '/sys/fs/cgroup/systemd', root: '/', controllers: [] },
    { version: 2, mountPoint: '/sys/fs/cgroup/unified', root: '/', controllers: [] },
  ]);
});

test('/proc/self/cgroup: paths may hold colons', () => {
  const paths = parseSelfCgroup('4:memory:/a:b\n3:cpu,cpuacct:/c\n1:name=systemd:/d\n0::/e\n');
  assert.equal(Object.fromEntries(paths), {
    memory: '/a:b',
    cpu: '/c',
    cpuacct: '/c',
    'name=systemd': '/d',
    '': '/e',
  });
});

test.run();
