import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrangeMounts, checkTarget, specMount } from '../src/mounts.ts';
import { codeOf } from './fixture.ts';

const engine = { root: '/root', run: '/run' };
const at = (...destinations: string[]): { destination: string }[] =>
  destinations.map((destination) => ({ destination }));
const arranged = (...asked: string[]): string[] =>
  arrangeMounts(at('/etc/hosts'), at('/proc', '/dev', '/dev/pts', '/sys', '/sys/fs/cgroup'), at(...asked)).map(({ destination }) => destination); // prettier-ignore

const standard = ['/proc', '/dev', '/sys', '/dev/pts', '/sys/fs/cgroup'];

test('what lies deeper comes later, and the kernel’s file systems after what is asked for', () => {
  assert.equal(arranged('/a/b', '/a', '/etc'), ['/a', '/etc', '/etc/hosts', '/a/b', ...standard]);
});

test('what is asked for replaces what every container has at its place', () => {
  assert.equal(arranged('/etc/hosts', '/sys/fs/cgroup'), ['/etc/hosts', ...standard]);
  assert.equal(arranged('/dev'), ['/etc/hosts', '/proc', '/sys', '/dev', '/sys/fs/cgroup']);
  assert.equal(arranged('/dev/x'), ['/etc/hosts', '/proc', '/dev', '/sys', '/dev/pts', '/dev/x', '/sys/fs/cgroup']); // prettier-ignore
});

test('targets are absolute and plain, and neither the root nor /proc', async () => {
  assert.is(checkTarget('/a/../b//c/'), '/b/c');
  assert.is(checkTarget('/process'), '/process');
  for (const target of [
    '',
    'a',
    './a',
    '/',
    '/a/..',
    '/proc',
    '/proc/',
    '/x/../proc/sys',
    '/a\0b',
  ]) {
    assert.is(await codeOf(() => checkTarget(target)), 'MOUNT_INVALID', JSON.stringify(target));
  }
});

test('each kind becomes a mount of the runtime spec', () => {
  assert.equal(specMount(engine, { type: 'bind', source: '/h', target: '/d' }), {
    destination: '/d',
    type: 'bind',
    source: '/h',
    options: ['rbind', 'rprivate'],
  });
  const mount = { type: 'bind', source: '/h', target: '/d', recursive: false, readOnly: true, propagation: 'rslave' } as const; // prettier-ignore
  assert.equal(specMount(engine, mount).options, ['bind', 'rslave', 'ro']);
  assert.equal(specMount(engine, { type: 'volume', name: 'v', target: '/d', subpath: 'a/b' }), {
    destination: '/d',
    type: 'bind',
    source: '/root/volumes/v/_data',
    options: ['rbind', 'rprivate', 'nodev', 'x-ctr.subpath=a/b'],
  });
  assert.equal(
    specMount(engine, { type: 'tmpfs', target: '/d', size: 5, mode: 0o700, readOnly: true }),
    {
      // prettier-ignore
      destination: '/d',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['noexec', 'nosuid', 'nodev', 'ro', 'size=5', 'mode=700'],
    },
  );
});

test.run();
