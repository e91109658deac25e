import {
  isIndexType,
  isManifestType,
  isSchema1Type,
  layerCompression,
  mediaTypes,
} from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf } from './code-of.ts';

const all = Object.values(mediaTypes);

test('each media type is of at most one kind', () => {
  assert.equal(all.filter(isIndexType), [mediaTypes.index, mediaTypes.dockerManifestList]);
  assert.equal(all.filter(isManifestType), [mediaTypes.manifest, mediaTypes.dockerManifest]);
  assert.equal(all.filter(isSchema1Type), [
    'application/vnd.docker.distribution.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
  ]);
});

test('layers of OCI and of docker say how they are compressed', () => {
  assert.is(layerCompression('application/vnd.oci.image.layer.v1.tar'), 'none');
  assert.is(layerCompression('application/vnd.oci.image.layer.v1.tar+gzip'), 'gzip');
  assert.is(layerCompression('application/vnd.oci.image.layer.v1.tar+zstd'), 'zstd');
  assert.is(layerCompression('application/vnd.docker.image.rootfs.diff.tar.gzip'), 'gzip');
  assert.is(layerCompression('application/vnd.docker.image.rootfs.diff.tar'), 'none');
  assert.is(layerCompression('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip'), 'gzip');
  assert.is(
    layerCompression('application/vnd.oci.image.layer.nondistributable.v1.tar+zstd'),
    'zstd',
  );
});

for (const type of [
  mediaTypes.config,
  'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  '__proto__',
  'constructor',
  '',
]) {
  test(`not a layer: ${type}`, () => {
    assert.is(
      codeOf(() => layerCompression(type)),
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });
}

test.run();
