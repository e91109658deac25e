import assert from 'node:assert/strict';
import type { RuntimeSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import { lowerDirectoriesOf } from '../src/lower-directories.ts';

const specWith = (lowerdir: string): RuntimeSpec => ({
  ociVersion: '1.2.1',
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/', type: 'overlay', source: 'overlay', options: [lowerdir, 'upperdir=/u'] },
  ],
});

for (const [text, expected] of [
  ['lowerdir=/a', ['/a']],
  ['lowerdir=/a:/b:/c', ['/a', '/b', '/c']],
  ['lowerdir=/with\\:colon:/with\\\\backslash', ['/with:colon', '/with\\backslash']],
  ['other=/a', []],
] as const) {
  test(text, () => assert.deepEqual(lowerDirectoriesOf(specWith(text)), expected));
}

test('a spec without a root', () => {
  assert.deepEqual(lowerDirectoriesOf({ ociVersion: '1.2.1' }), []);
});

test.run();
