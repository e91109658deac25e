import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tmpfsOptions } from '../src/tmpfs-options.ts';
import { codeOf } from './fixture.ts';

const closed = ['noexec', 'nosuid', 'nodev'];

const merged: readonly (readonly [given: readonly string[], options: readonly string[]])[] = [
  [[], closed],
  [['size=1m'], [...closed, 'size=1m']],
  [['exec'], ['nosuid', 'nodev', 'exec']],
  [
    ['exec', 'noexec'],
    ['nosuid', 'nodev', 'noexec'],
  ],
  [
    ['ro', 'rw'],
    [...closed, 'rw'],
  ],
  [
    ['size=1m', 'size=2m', ''],
    [...closed, 'size=2m'],
  ],
  [['mode=700', 'uid=7', 'gid=8', 'nr_inodes=9'], [...closed, 'mode=700', 'uid=7', 'gid=8', 'nr_inodes=9']], // prettier-ignore
];

for (const [given, options] of merged) {
  test(`tmpfs ${given.join(',')}`, () => assert.equal(tmpfsOptions(given), options));
}

for (const option of ['foo', 'foo=1', 'size', 'exec=1', 'lowerdir=/etc', 'context=x']) {
  test(`tmpfs ${option} is refused`, async () =>
    assert.is(await codeOf(() => tmpfsOptions([option])), 'MOUNT_INVALID'));
}

test.run();
