import assert from 'node:assert/strict';
import { test } from 'uvu';
import { NsExecError } from '../src/ns-exec-error.ts';
import { sortMountOptions } from '../src/plan/mount-options.ts';

test('attributes of the mount and options of the file system are told apart', () => {
  const sorted = sortMountOptions(['nosuid', 'noexec', 'nodev', 'ro', 'mode=755', 'newinstance']);
  assert.deepEqual(sorted, {
    attributes: 0xf,
    data: ['mode=755', 'newinstance'],
    bind: false,
    recursive: false,
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
  });
});

for (const option of ['rshared', 'idmap', 'rslave', 'tmpcopyup']) {
  test(`${option} is refused and not passed over`, () => {
    assert.throws(
      () => sortMountOptions(['bind', option]),
      (error) => error instanceof NsExecError && error.code === 'SPEC_UNSUPPORTED',
    );
  });
}

test.run();
