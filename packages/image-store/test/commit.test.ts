import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { makeImageLayout, needs, run } from '@ctrkit/testing';
import type { StoredImage } from '../src/index.ts';
import { addImage, codeOf, layerOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

async function baseIn({ store }: TestStore): Promise<StoredImage> {
  const base = await store.find('base:1');
  assert.ok(base);
  return base;
}

const commit = async ({ store }: TestStore, base: Pick<StoredImage, 'manifest' | 'config'>) =>
  await store.commit(base, Readable.from([layerOf('new')]), { name: 'made:1', createdBy: 'mine' });

test('a base of which anything is gone by then is refused, and nothing shows', async () => {
  await using on = await testStore();
  await addImage(on, 'base:1', { layers: [layerOf('a'), layerOf('b')] });
  await addImage(on, 'other:1', { layers: [layerOf('a')] });
  const base = await baseIn(on);
  await on.store.remove('base:1');
  assert.is(await codeOf(commit(on, base)), 'IMAGE_INCOMPLETE');
  const names = (await on.store.list()).map(({ name }) => name);
  assert.equal(names, ['docker.io/library/other:1']);
  assert.equal((await on.store.verify()).problems, []);
});

/** The same image in the format of Docker's registries, in a layout directory of its own. */
async function dockerLayout(directory: string): Promise<void> {
  const { manifest, config, layers } = await makeImageLayout(directory, {
    layers: [layerOf('a'), layerOf('b')],
  });
  const entry = { ...manifest, mediaType: mediaTypes.dockerManifest };
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: entry.mediaType,
    config: { ...config, mediaType: mediaTypes.dockerConfig },
    layers: layers.map((layer) => ({ ...layer, mediaType: mediaTypes.dockerLayer })),
  });
  const hex = createHash('sha256').update(text).digest('hex');
  await writeFile(join(directory, 'blobs/sha256', hex), text);
  const manifests = [{ ...entry, digest: `sha256:${hex}`, size: text.length }];
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

test("on an image in docker's format it makes one in OCI's", async () => {
  await using on = await testStore();
  await dockerLayout(join(on.aside, 'docker'));
  await on.store.import(join(on.aside, 'docker'), { name: 'base:1' });
  const base = await baseIn(on);
  await commit(on, base);
  const made = await on.store.find('made:1');
  assert.equal(
    made?.manifest.layers.map(({ mediaType }) => mediaType),
    [mediaTypes.layerGzip, mediaTypes.layerGzip, mediaTypes.layerGzip],
  );
  assert.equal(
    made?.manifest.layers.slice(0, 2).map(({ digest }) => digest),
    base.manifest.layers.map(({ digest }) => digest),
  );
  if (!needs('command:skopeo')) return;
  const source = `oci:${on.root}:docker.io/library/made:1`;
  for (const target of [`oci:${on.aside}/copy`, `docker-archive:${on.aside}/copy.tar:made:1`]) {
    const { code, stderr } = await run(['skopeo', '--insecure-policy', 'copy', source, target]);
    assert.is(code, 0, stderr);
  }
});

test('each layer of which the base told no step has one, so that the own step is that of the own layer', async () => {
  for (const told of [undefined, 0, 1]) {
    await using on = await testStore();
    await addImage(on, 'base:1', { layers: [layerOf('a'), layerOf('b')] });
    const { manifest, config } = await baseIn(on);
    const { history = [], ...untold } = config;
    const steps = told === undefined ? {} : { history: history.slice(0, told) };
    await commit(on, { manifest, config: { ...untold, ...steps } });
    const made = await on.store.find('made:1');
    assert.equal(
      (await on.store.history('made:1')).map(({ createdBy, layer }) => [createdBy, layer?.digest]),
      made?.manifest.layers
        .map(({ digest }, at) => [['test', '', 'mine'][at === 0 && told !== 1 ? 1 : at], digest])
        .toReversed(),
    );
    assert.is(made?.config.history?.length, 3);
  }
});

test.run();
