import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImageLayout } from '@ctrkit/testing';
import type { MadeImage } from '@ctrkit/testing';
import type { ImageUser } from '../src/index.ts';
import { addImage, blobsOf, codeOf, digestsOf, layerOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

const arm64 = { os: 'linux', architecture: 'arm64' };
const s390x = { os: 'linux', architecture: 's390x' };

interface Several {
  readonly directory: string;
  readonly amd: MadeImage;
  readonly arm: MadeImage;
  /** Of the index. */
  readonly digest: string;
}

/** A layout directory with an image of two platforms. */
async function several({ aside }: TestStore): Promise<Several> {
  const directory = join(aside, 'several');
  const amd = await makeImageLayout(directory, { layers: [layerOf('1')], architecture: 'amd64' });
  const arm = await makeImageLayout(directory, { layers: [layerOf('2')], architecture: 'arm64' });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    manifests: [
      { ...amd.manifest, platform: { os: 'linux', architecture: 'amd64' } },
      { ...arm.manifest, platform: arm64 },
    ],
  });
  const hex = createHash('sha256').update(index).digest('hex');
  await writeFile(join(directory, 'blobs/sha256', hex), index);
  const entry = { mediaType, digest: `sha256:${hex}`, size: index.length };
  const content = JSON.stringify({ schemaVersion: 2, manifests: [entry] });
  await writeFile(join(directory, 'index.json'), content);
  return { directory, amd, arm, digest: `sha256:${hex}` };
}

test('all come, or the one that is asked for', async () => {
  await using on = await testStore();
  const { directory, arm, digest } = await several(on);
  await using whole = await testStore();
  await whole.store.import(directory, { name: 'app:1' });
  assert.is((await whole.store.list())[0]?.target.digest, digest);
  await using one = await testStore();
  await one.store.import(directory, { name: 'app:1', platform: arm64 });
  assert.equal(await blobsOf(one.root), digestsOf(arm));
  assert.is((await one.store.list())[0]?.target.digest, arm.manifest.digest);
  const failing = one.store.import(directory, { platform: s390x });
  assert.is(await codeOf(failing), 'PLATFORM_NOT_FOUND');
});

test('all go, or the one that is asked for, and from an archive as well', async () => {
  await using on = await testStore();
  const { directory, arm, digest } = await several(on);
  await on.store.import(directory, { name: 'app:1' });
  await using whole = await testStore();
  await whole.store.import(await on.store.export(['app:1']));
  assert.is((await whole.store.list())[0]?.target.digest, digest);
  assert.equal(await blobsOf(whole.root), await blobsOf(on.root));
  await using one = await testStore();
  await one.store.import(await on.store.export(['app:1'], { platform: arm64 }));
  assert.equal(await blobsOf(one.root), digestsOf(arm));
  await using chosen = await testStore();
  await chosen.store.import(await on.store.export(['app:1']), { platform: arm64 });
  const [record] = await chosen.store.list();
  assert.is(record?.name, 'docker.io/library/app:1');
  assert.is(record?.target.digest, arm.manifest.digest);
  const failing = on.store.export(['app:1'], { platform: s390x });
  assert.is(await codeOf(failing), 'PLATFORM_NOT_FOUND');
});

test('a lock has the index and each platform', async () => {
  await using on = await testStore();
  const { directory, amd, arm, digest } = await several(on);
  await on.store.import(directory, { name: 'app:1' });
  const { images } = await on.store.lock(['app:1']);
  assert.equal(images['docker.io/library/app:1'], {
    digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    platforms: { 'linux/amd64': amd.manifest.digest, 'linux/arm64': arm.manifest.digest },
  });
});

test('a name without a tag means all tags of its repository, an id none', async () => {
  await using on = await testStore();
  await addImage(on, 'app:1', { text: '1' });
  const { config } = await addImage(on, 'app:2', { text: '2' });
  await addImage(on, 'other/app:3', { text: '3' });
  const imported = async (...names: string[]): Promise<unknown[]> => {
    await using to = await testStore();
    const records = await to.store.import(await on.store.export(names));
    return records.map(({ name }) => name);
  };
  const [one, two] = ['docker.io/library/app:1', 'docker.io/library/app:2'];
  assert.equal(await imported('app'), [one, two]);
  assert.equal(await imported('app:2', 'app'), [two, one]);
  assert.equal(await imported(config.digest.slice(7, 19)), [undefined]);
});

test('since several images, a partial export has what none of them has', async () => {
  await using on = await testStore();
  const [a, b, c] = [layerOf('a'), layerOf('b'), layerOf('c')];
  await addImage(on, 'one:1', { layers: [a] });
  await addImage(on, 'two:1', { layers: [a, b] });
  await addImage(on, 'app:1', { layers: [a, b, c] });
  const size = async (...since: string[]): Promise<number> =>
    Buffer.concat(await (await on.store.export(['app:1'], { since })).toArray()).length;
  const [whole, less, least] = [await size(), await size('one:1'), await size('one:1', 'two:1')];
  assert.ok(whole > less && less > least, [whole, less, least].join());
  await using to = await testStore();
  await to.store.import(await on.store.export(['two:1']));
  await to.store.import(await on.store.export(['app:1'], { since: ['two:1'] }));
  assert.equal((await to.store.verify()).problems, []);
  assert.is(await codeOf(on.store.export(['app:1'], { since: ['nosuch'] })), 'IMAGE_NOT_FOUND');
});

/** That of `several` which is not this machine's: a container of it was made with --platform. */
const foreignOf = ({ amd, arm }: Several): MadeImage => (process.arch === 'arm64' ? amd : arm);

test("an image of another platform is found by its own id, and by its manifest's", async () => {
  await using on = await testStore();
  const made = await several(on);
  await on.store.import(made.directory, { name: 'app:1' });
  const { config, manifest } = foreignOf(made);
  for (const id of [config.digest, config.digest.slice(7, 19), manifest.digest]) {
    const found = await on.store.find(id);
    assert.is(found?.id, config.digest);
    assert.is(found?.manifestDescriptor.digest, manifest.digest);
    assert.is(found?.target.digest, made.digest);
    assert.is(found?.name, 'docker.io/library/app:1');
  }
  assert.is(await codeOf(on.store.find(config.digest, { platform: s390x })), 'PLATFORM_NOT_FOUND');
});

test('who uses an image of another platform keeps all of it', async () => {
  await using on = await testStore();
  const made = await several(on);
  await on.store.import(made.directory, { name: 'app:1' });
  const image = foreignOf(made).config.digest;
  const users = (): ImageUser[] => [{ container: 'c'.repeat(64), image, running: false }];
  assert.equal(await on.store.prunable({ all: true, users }), []);
  assert.equal((await on.store.prune({ all: true, users })).untagged, []);
  assert.is(await codeOf(on.store.remove('app:1', { users })), 'IMAGE_IN_USE');
  assert.is(await codeOf(on.store.remove(image, { users })), 'IMAGE_IN_USE');
  assert.is((await on.store.find(image))?.id, image);
  await on.store.remove('app:1', { users, force: true });
  assert.equal(await blobsOf(on.root), []);
});

test('the same where it is all that there is of an index', async () => {
  await using on = await testStore();
  const made = await several(on);
  const { manifest } = process.arch === 'arm64' ? made.arm : made.amd;
  await rm(join(made.directory, 'blobs/sha256', manifest.digest.slice(7)));
  await on.store.import(made.directory, { name: 'app:1' });
  const image = foreignOf(made).config.digest;
  const users = (): ImageUser[] => [{ container: 'c'.repeat(64), image, running: false }];
  assert.is((await on.store.find(image))?.id, image);
  assert.equal((await on.store.prune({ all: true, users })).untagged, []);
  assert.is(await codeOf(on.store.remove('app:1', { users })), 'IMAGE_IN_USE');
});

test.run();
