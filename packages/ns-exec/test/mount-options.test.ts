import assert from 'node:assert/strict';
import { test } from 'uvu';
import { NsExecError } from '../src/ns-exec-error.ts';
import { sortMountOptions } from '../src/plan/mount-options.ts';

const plain = { subpath: '', owned: false, propagation: 0, mapped: 0 };

test('attributes of the mount and options of the file system are told apart', () => {
  const sorted = sortMountOptions(['nosuid', 'noexec', 'nodev', 'ro', 'mode=755', 'newinstance']);
  assert.deepEqual(sorted, {
    attributes: 0xf,
    data: ['mode=755', 'newinstance'],
    bind: false,
    recursive: false,
    ...plain,
  });
});

test('what is the default anyway reaches neither', () => {
  const { attributes, data } = sortMountOptions(['rw', 'relatime', 'rprivate', 'defaults']);
  assert.equal(attributes, 0);
  assert.deepEqual(data, []);
});

test('rbind binds what is mounted below too', () => {
  assert.deepEqual(sortMountOptions(['rbind', 'ro']), {
    attributes: 1,
    data: [],
    bind: true,
    recursive: true,
    ...plain,
  });
});

test('how mounts travel, which part is meant and whose it becomes are no options of a file system', () => {
  const options = sortMountOptions([
    'rbind',
    'rslave',
    'x-ctr.subpath=a/b',
    'x-ctr.owned',
    'x-foo',
  ]);
  assert.deepEqual(options.data, []);
  assert.deepEqual([options.propagation, options.subpath, options.owned], [0x80000, 'a/b', true]);
  assert.equal(sortMountOptions(['bind', 'shared']).propagation, 0x100000);
});

test('whose ids are shown is no option of a file system either', () => {
  for (const [option, mapped] of [
    ['idmap', 1],
    ['ridmap', 2],
  ] as const) {
    const options = sortMountOptions(['rbind', option]);
    assert.deepEqual([options.mapped, options.data], [mapped, []]);
  }
});

for (const option of ['runbindable', 'unbindable', 'tmpcopyup']) {
  test(`${option} is refused and not passed over`, () => {
    assert.throws(
      () => sortMountOptions(['bind', option]),
      (error) => error instanceof NsExecError && error.code === 'SPEC_UNSUPPORTED',
    );
  });
}

test.run();
