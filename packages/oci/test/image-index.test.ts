import { mediaTypes, parseImageIndex } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './code-of.ts';
import { descriptor, index, json } from './documents.ts';

const parse = (value: unknown): unknown => parseImageIndex(json(value));

test("OCI's index and docker's manifest list", () => {
  const oci = index({ annotations: { a: 'b' }, subject: descriptor(mediaTypes.manifest) });
  assert.equal(parse(oci), oci);
  const docker = index({ mediaType: mediaTypes.dockerManifestList });
  assert.equal(parse(docker), docker);
});

test('a new layout: no media type, no manifests', () => {
  const empty = { schemaVersion: 2, manifests: [] };
  assert.equal(parse(empty), { ...empty, mediaType: mediaTypes.index });
});

for (const [what, value, code] of [
  ['CVE-2021-41190: layers beside manifests', index({ layers: [] }), 'MANIFEST_INVALID'],
  ['a config beside manifests', index({ config: {} }), 'MANIFEST_INVALID'],
  ['the media type of a manifest', index({ mediaType: mediaTypes.manifest }), 'MANIFEST_INVALID'],
  ['no manifests', index({ manifests: undefined }), 'MANIFEST_INVALID'],
  ['a manifest that is a string', index({ manifests: ['x'] }), 'MANIFEST_INVALID'],
  ['no schema version', index({ schemaVersion: undefined }), 'MANIFEST_INVALID'],
  ['schema 1', index({ schemaVersion: 1 }), 'SCHEMA1_UNSUPPORTED'],
] as const) {
  test(`refused: ${what}`, () => {
    assert.is(
      codeOf(() => parse(value)),
      code,
    );
  });
}

test.run();
