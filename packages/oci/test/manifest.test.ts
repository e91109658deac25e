import { mediaTypes, OciError, parseManifest } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, errorOf } from './code-of.ts';
import { descriptor, json, manifest } from './documents.ts';

const parse = (value: unknown): unknown => parseManifest(json(value));

test("OCI's manifest and docker's, with all that they can have", () => {
  const oci = manifest({
    artifactType: 'application/x.test',
    subject: descriptor(mediaTypes.manifest),
    annotations: { a: 'b' },
  });
  assert.equal(parse(oci), oci);
  const docker = manifest({
    mediaType: mediaTypes.dockerManifest,
    config: descriptor(mediaTypes.dockerConfig),
    layers: [descriptor(mediaTypes.dockerLayer), descriptor(mediaTypes.dockerLayer)],
  });
  assert.equal(parse(docker), docker);
});

test("a manifest without a media type is OCI's", () => {
  assert.equal(parse(manifest({ mediaType: undefined })), manifest());
});

test('no layers, also as Go writes them', () => {
  assert.equal(parse(manifest({ layers: [] })), manifest({ layers: [] }));
  assert.equal(parse(manifest({ layers: null })), manifest({ layers: [] }));
});

for (const old of [
  { schemaVersion: 1, name: 'x', fsLayers: [] },
  manifest({ schemaVersion: 1 }),
  manifest({ mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }),
]) {
  test(`schema 1 has its own error: ${JSON.stringify(old).slice(0, 40)}`, () => {
    assert.is(
      codeOf(() => parse(old)),
      'SCHEMA1_UNSUPPORTED',
    );
  });
}

for (const [what, value] of [
  ['an empty object', {}],
  ['a list', []],
  ['schema version 3', manifest({ schemaVersion: 3 })],
  ['a schema version in words', manifest({ schemaVersion: '2' })],
  ['CVE-2021-41190: manifests beside layers', manifest({ manifests: [] })],
  ['fsLayers beside layers', manifest({ fsLayers: [] })],
  ['the media type of an index', manifest({ mediaType: mediaTypes.index })],
  ['no config', manifest({ config: undefined })],
  ['a null config', manifest({ config: null })],
  ['no layers', manifest({ layers: undefined })],
  ['layers that are no list', manifest({ layers: {} })],
  ['a layer that is no descriptor', manifest({ layers: [{ digest: 'sha256:x' }] })],
] as const) {
  test(`refused: ${what}`, () => {
    assert.is(
      codeOf(() => parse(value)),
      'MANIFEST_INVALID',
    );
  });
}

function causeOf(bytes: Uint8Array): unknown {
  const { code, cause } = errorOf(() => parseManifest(bytes));
  assert.is(code, 'MANIFEST_INVALID');
  return cause instanceof OciError ? cause.code : cause;
}

test('what is no JSON, or too much of it, has the reason as its cause', () => {
  assert.is(causeOf(Buffer.from('<html>')), 'JSON_INVALID');
  assert.is(causeOf(Buffer.alloc(10_000_000, ' ')), 'TOO_LARGE');
  assert.is(causeOf(Buffer.from('['.repeat(100_000))), 'TOO_DEEP');
});

test('the message names the layer', () => {
  const layers = [descriptor(mediaTypes.layer), { ...descriptor(mediaTypes.layer), size: 'x' }];
  assert.match(errorOf(() => parse(manifest({ layers }))).message, 'layers[1].size');
});

test.run();
