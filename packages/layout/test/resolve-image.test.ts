import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  blobPath,
  LayoutError,
  readIndex,
  removeBlob,
  resolveImage,
  tagManifest,
  updateIndex,
  writeBlob,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform, mediaTypes, parseDigest, parsePlatform } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { makeImageLayout, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chunksOf,
  codeOf,
  descriptorOf,
  identityOf,
  layerOf,
  madeLayout,
  noise,
} from './helpers.ts';
import { rejection } from './rejection.ts';

const other = hostPlatform().architecture === 'riscv64' ? 's390x' : 'riscv64';

/** Writes an index of these manifests as a blob. */
async function writeIndex(layout: Layout, manifests: Descriptor[]): Promise<Descriptor> {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  const blob = await writeBlob(layout, undefined, chunksOf(Buffer.from(JSON.stringify(index))));
  return { mediaType: mediaTypes.index, ...blob };
}

/** A layout with one image for this machine and one for another, both in one index. */
async function twoPlatforms(directory: string): Promise<{ layout: Layout; both: Descriptor[] }> {
  const foreign = await makeImageLayout(directory, {
    layers: [layerOf('foreign')],
    architecture: other,
  });
  const { layout, image } = await madeLayout(directory);
  const both = [
    { ...descriptorOf(foreign), platform: { os: 'linux', architecture: other } },
    { ...descriptorOf(image), platform: hostPlatform() },
  ];
  return { layout, both };
}

test('by name, by digest, or the only one', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path, { config: { Cmd: ['sh'] } });
  const digest = parseDigest(image.manifest.digest);
  for (const query of [{ name: 'latest' }, { digest }, {}, { name: 'latest', digest }]) {
    const found = await resolveImage(layout, query);
    assert.is(found.name, 'latest');
    assert.is(found.target.digest, digest);
    assert.is(found.manifestDescriptor.digest, digest);
    assert.is(found.configDescriptor.digest, image.config.digest);
    assert.equal(found.config.config.Cmd, ['sh']);
    assert.equal(found.config.rootfs.diff_ids, image.diffIds);
    assert.is(found.manifest.layers[0]?.digest, image.layers[0]?.digest);
  }
});

test('the full name that containerd records comes before a tag of the same text', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const full = 'docker.io/library/busybox:latest';
  const annotations = { 'io.containerd.image.name': full };
  await tagManifest(layout, 'latest', { ...descriptorOf(image), annotations });
  assert.is((await resolveImage(layout, { name: full })).name, full);
  assert.is((await resolveImage(layout, { name: 'latest' })).name, full);
});

test('an index is followed to the platform of this machine, or to the one that is asked for', async () => {
  await using directory = await temporaryDirectory();
  const { layout, both } = await twoPlatforms(directory.path);
  const index = await writeIndex(layout, both);
  await tagManifest(layout, 'multi', index);
  const mine = await resolveImage(layout, { name: 'multi' });
  assert.is(mine.target.digest, index.digest);
  assert.is(mine.manifestDescriptor.digest, both[1]?.digest);
  const platform = parsePlatform(`linux/${other}`);
  const theirs = await resolveImage(layout, { name: 'multi', platform });
  assert.is(theirs.manifestDescriptor.digest, both[0]?.digest);
  assert.is(theirs.config.architecture, other);
  const nested = await resolveImage(layout, { digest: both[0]?.digest ?? index.digest, platform });
  assert.is(nested.target.digest, both[0]?.digest);
});

test('indexes in indexes are followed, but not for ever', async () => {
  await using directory = await temporaryDirectory();
  const { layout, both } = await twoPlatforms(directory.path);
  let index = await writeIndex(layout, both);
  for (let depth = 0; depth < 2; depth += 1) {
    index = await writeIndex(layout, [{ ...index, platform: hostPlatform() }]);
  }
  await tagManifest(layout, 'deep', index);
  assert.is(
    (await resolveImage(layout, { name: 'deep' })).manifestDescriptor.digest,
    both[1]?.digest,
  );
  for (let depth = 0; depth < 10; depth += 1) {
    index = await writeIndex(layout, [{ ...index, platform: hostPlatform() }]);
  }
  await tagManifest(layout, 'deep', index);
  assert.is(await codeOf(resolveImage(layout, { name: 'deep' })), 'PLATFORM_NOT_FOUND');
});

test('several entries of one name are the platforms of one image', async () => {
  await using directory = await temporaryDirectory();
  const { layout, both } = await twoPlatforms(directory.path);
  const annotations = { 'org.opencontainers.image.ref.name': 'split' };
  const manifests = both.map((entry) => ({ ...entry, annotations }));
  await updateIndex(layout, (index) => ({ ...index, manifests }));
  assert.is((await resolveImage(layout, { name: 'split' })).target.digest, both[1]?.digest);
  assert.is((await resolveImage(layout)).target.digest, both[1]?.digest);
});

test('a platform that is not there: the error lists what there is', async () => {
  await using directory = await temporaryDirectory();
  const { layout, both } = await twoPlatforms(directory.path);
  await tagManifest(layout, 'multi', await writeIndex(layout, both));
  const platform = parsePlatform('linux/ppc64le');
  for (const name of ['multi', 'latest']) {
    const error = await rejection(resolveImage(layout, { name, platform }));
    assert.instance(error, LayoutError);
    assert.is((error as LayoutError).code, 'PLATFORM_NOT_FOUND');
    assert.ok((error as LayoutError).available?.some((text) => text.startsWith('linux/')));
  }
});

test('an unknown name or digest is not found, and several images are not guessed at', async () => {
  await using directory = await temporaryDirectory();
  const { layout, both } = await twoPlatforms(directory.path);
  const digest = identityOf(noise(3)).digest;
  assert.is(await codeOf(resolveImage(layout, { name: 'no' })), 'IMAGE_NOT_FOUND');
  assert.is(await codeOf(resolveImage(layout, { digest })), 'IMAGE_NOT_FOUND');
  assert.is(await codeOf(resolveImage(layout, { name: 'latest', digest })), 'IMAGE_NOT_FOUND');
  await tagManifest(layout, 'second', both[0] ?? (await writeIndex(layout, [])));
  const error = await rejection(resolveImage(layout));
  assert.is((error as LayoutError).code, 'IMAGE_AMBIGUOUS');
  assert.equal((error as LayoutError).available?.toSorted(), ['latest', 'second']);
  await updateIndex(layout, (index) => ({ ...index, manifests: [] }));
  assert.is(await codeOf(resolveImage(layout)), 'IMAGE_NOT_FOUND');
});

test('a missing or damaged manifest or config is said by its digest', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const config = parseDigest(image.config.digest);
  await writeFile(blobPath(layout, config), Buffer.alloc(image.config.size));
  const damaged = await rejection(resolveImage(layout));
  assert.equal(
    [(damaged as LayoutError).code, (damaged as LayoutError).digest],
    ['DIGEST_MISMATCH', config],
  );
  await removeBlob(layout, config);
  assert.is(await codeOf(resolveImage(layout)), 'BLOB_NOT_FOUND');
  await removeBlob(layout, parseDigest(image.manifest.digest));
  assert.is(await codeOf(resolveImage(layout)), 'BLOB_NOT_FOUND');
});

test('a manifest whose descriptor says that it is an index is refused (CVE-2021-41190)', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  await tagManifest(layout, 'lie', { ...descriptorOf(image), mediaType: mediaTypes.index });
  const error = await rejection(resolveImage(layout, { name: 'lie' }));
  assert.is((error as { code?: string }).code, 'MANIFEST_INVALID');
});

test('a huge manifest is not read', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  await writeFile(join(directory.path, 'x'), '');
  await tagManifest(layout, 'huge', { ...descriptorOf(image), size: 5 * 1024 * 1024 });
  assert.is(await codeOf(resolveImage(layout, { name: 'huge' })), 'BLOB_TOO_LARGE');
  assert.is((await readIndex(layout)).manifests.length, 2);
});

test.run();
