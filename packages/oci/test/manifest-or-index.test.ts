import { mediaTypes, parseManifestOrIndex } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './code-of.ts';
import { index, json, manifest } from './documents.ts';

const kindOf = (value: unknown, mediaType: string): string =>
  parseManifestOrIndex(json(value), mediaType).kind;

test('header and body agree', () => {
  assert.is(kindOf(manifest(), mediaTypes.manifest), 'manifest');
  assert.is(kindOf(index(), mediaTypes.index), 'index');
  assert.is(kindOf(index(), `${mediaTypes.index.toUpperCase()} ; charset=utf-8`), 'index');
});

test('where the body does not say, the header decides', () => {
  const bare = manifest({ mediaType: undefined });
  assert.equal(parseManifestOrIndex(json(bare), mediaTypes.dockerManifest), {
    kind: 'manifest',
    manifest: manifest({ mediaType: mediaTypes.dockerManifest }),
  });
  assert.is(kindOf(index({ mediaType: undefined }), mediaTypes.index), 'index');
});

test('where the header says nothing, the body decides', () => {
  assert.is(kindOf(manifest(), 'application/json'), 'manifest');
  assert.is(kindOf(index(), 'text/plain; charset=utf-8'), 'index');
  assert.is(kindOf(index(), ''), 'index');
});

for (const [what, value, header, code] of [
  [
    'CVE-2021-41190: an index served as a manifest',
    index(),
    mediaTypes.manifest,
    'MANIFEST_INVALID',
  ],
  ['a manifest served as an index', manifest(), mediaTypes.index, 'MANIFEST_INVALID'],
  ["OCI's served as docker's", manifest(), mediaTypes.dockerManifest, 'MANIFEST_INVALID'],
  [
    'an index without media type as a manifest',
    index({ mediaType: undefined }),
    mediaTypes.manifest,
    'MANIFEST_INVALID',
  ],
  [
    'both in one, with no media type',
    { ...manifest({ mediaType: undefined }), manifests: [] },
    mediaTypes.index,
    'MANIFEST_INVALID',
  ],
  ['a web page', manifest(), 'text/html', 'MANIFEST_INVALID'],
  [
    'neither says',
    manifest({ mediaType: undefined }),
    'application/json',
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['an unknown type', manifest({ mediaType: 'a/b' }), 'a/b', 'UNSUPPORTED_MEDIA_TYPE'],
  ['schema 1 by header', {}, mediaTypes.dockerManifestV1Signed, 'SCHEMA1_UNSUPPORTED'],
  ['schema 1 by body', manifest({ schemaVersion: 1 }), 'application/json', 'SCHEMA1_UNSUPPORTED'],
] as const) {
  test(`refused: ${what}`, () => {
    assert.is(
      codeOf(() => kindOf(value, header)),
      code,
    );
  });
}

test.run();
