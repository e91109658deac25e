import assert from 'node:assert/strict';
import type { Mount, RuntimeSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import { copyMount, isMapped, overlayMount, rootDirectories } from '../src/root-directories.ts';

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
  test(text, () => assert.deepEqual(rootDirectories(specWith(text)).lowers, expected));
}

test('what is written is what is read', () => {
  const overlay = { lowers: ['/a:b', '/c\\d'], upper: '/u:p', work: '/w', options: ['index=off'] };
  const specOf = (mount: Mount): RuntimeSpec => ({ ociVersion: '1.2.1', mounts: [mount] });
  assert.deepEqual(rootDirectories(specOf(overlayMount(overlay))), { ...overlay, copied: false });
  const copy = { lowers: ['/layer:1'], upper: '/u', work: '', options: [], copied: true };
  assert.deepEqual(rootDirectories(specOf(copyMount(copy))), copy);
  for (const mount of [overlayMount, copyMount]) {
    assert.ok(isMapped(specOf(mount({ ...overlay, options: ['idmap'] }))));
    assert.ok(!isMapped(specOf(mount(overlay))));
  }
});

test('a spec without a root', () => {
  assert.deepEqual(rootDirectories({ ociVersion: '1.2.1' }).lowers, []);
});

test.run();
