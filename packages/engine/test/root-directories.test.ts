import assert from 'node:assert/strict';
import type { RuntimeSpec } from '@ctrkit/oci';
import { test } from 'uvu';
import { rootDirectories, rootMount } from '../src/root-directories.ts';

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
  const overlay = { lowers: ['/a:b', '/c\\d'], upper: '/u:p', work: '/w', options: ['index=off'], copied: false }; // prettier-ignore
  const copy = { lowers: ['/layer:1'], upper: '/u', work: '', options: [], copied: true };
  for (const each of [overlay, copy]) {
    for (const mapped of [false, true]) {
      const root = { ...each, mapped };
      const spec = { ociVersion: '1.2.1', mounts: [rootMount(root)] };
      assert.deepEqual(rootDirectories(spec), root);
    }
  }
});

test('a spec without a root', () => {
  assert.deepEqual(rootDirectories({ ociVersion: '1.2.1' }).lowers, []);
});

test.run();
