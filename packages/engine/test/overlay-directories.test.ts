import assert from 'node:assert/strict';
import type { RuntimeSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import { overlayOf } from '../src/overlay-directories.ts';

const specWith = (lowerdir: string): RuntimeSpec => ({
  ociVersion: '1.2.1',
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/', type: 'overlay', source: 'overlay', options: [lowerdir, 'upperdir=/u'] },
  ],
});

for (const [text, expected] of [
  ['lowerdir=/a', ['/a']],
  ['lowerdir=/a:/b:/c', ['/c', '/b', '/a']],
  ['lowerdir=/line\n\\:feed', ['/line\n:feed']],
  ['lowerdir=/with\\:colon:/with\\\\backslash', ['/with\\backslash', '/with:colon']],
  ['other=/a', []],
] as const) {
  test(text, () => assert.deepEqual(overlayOf(specWith(text)).lowers, expected));
}

test('a spec without a root', () => {
  assert.deepEqual(overlayOf({ ociVersion: '1.2.1' }).lowers, []);
});

test.run();
