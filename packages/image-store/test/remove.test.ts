import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, blobsOf, codeOf, digestsOf, layerOf, leftovers, testStore } from './support.ts';

test('one name of several takes nothing with it; the last takes the blobs', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'b:1');
  assert.equal(await on.store.remove('a:1'), {
    untagged: ['docker.io/library/a:1'],
    images: [],
    layers: [],
    deleted: [],
    reclaimed: 0,
  });
  const result = await on.store.remove('b:1');
  assert.equal(result.deleted.toSorted(), digestsOf(image));
  assert.equal(await on.store.list(), []);
  assert.equal(await blobsOf(on.root), []);
  assert.equal(await leftovers(on.root), []);
});

test('layers that another image has stay', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1', { layers: [layerOf('shared'), layerOf('own')] });
  const other = await addImage(on, 'b:1', { layers: [layerOf('shared')] });
  const { deleted } = await on.store.remove('a:1');
  assert.is(deleted.length, 3);
  assert.equal(await blobsOf(on.root), digestsOf(other));
});

test('by id it goes with all its names, if it has one or is forced', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'b:1');
  const id = config.digest.slice(7, 19);
  assert.is(await codeOf(on.store.remove(id)), 'IMAGE_HAS_SEVERAL_NAMES');
  assert.is((await on.store.list()).length, 2);
  const { untagged } = await on.store.remove(id, { force: true });
  assert.equal(untagged, ['docker.io/library/a:1', 'docker.io/library/b:1']);
  assert.equal(await blobsOf(on.root), []);
});

test('what is leased or kept stays until a collection', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const keep = [image.manifest.digest];
  assert.equal((await on.store.remove('a:1', { keep })).deleted, []);
  assert.equal(await blobsOf(on.root), digestsOf(image));
  assert.is((await on.store.collectGarbage({ minimumAge: 0 })).deleted.length, 3);
});

test('a damaged image can be removed', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await rm(join(on.root, 'blobs', 'sha256', image.manifest.digest.slice(7)));
  await on.store.remove('a:1');
  assert.equal(await on.store.list(), []);
});

test('a nameless image can be removed by its id alone', async () => {
  await using on = await testStore();
  const { makeImageLayout } = await import('@ctrkit/testing');
  const image = await makeImageLayout(join(on.aside, 'x'), { layers: [layerOf('x')] });
  await on.store.import(join(on.aside, 'x'));
  const { untagged, deleted } = await on.store.remove(image.config.digest.slice(7, 19));
  assert.equal(untagged, []);
  assert.is(deleted.length, 3);
});

test('what is not there is told, by code and in the words of docker', async () => {
  await using on = await testStore();
  for (const [name, said] of [
    ['nosuch', 'No such image: nosuch:latest'],
    ['nosuch:1', 'No such image: nosuch:1'],
    ['localhost:5000/nosuch', 'No such image: localhost:5000/nosuch:latest'],
  ] as const) {
    const error = await on.store.remove(name).catch((error: Error & { code?: string }) => error);
    assert.is((error as { code?: string }).code, 'IMAGE_NOT_FOUND');
    assert.is((error as Error).message, said);
  }
});

test('many removals at once: one wins each name', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => on.store.remove('a:1')));
  assert.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(await blobsOf(on.root), []);
});

test.run();
