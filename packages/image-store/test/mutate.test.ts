import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import type { StoredImage } from '../src/index.ts';
import { addImage, blobsOf, codeOf, layerOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

const stream = (bytes: Uint8Array): Readable => Readable.from([bytes]);

async function imageOf({ store }: TestStore, name: string): Promise<StoredImage> {
  const image = await store.find(name);
  assert.ok(image);
  return image;
}

const diffIdsOf = async (on: TestStore, name: string): Promise<readonly string[]> =>
  (await imageOf(on, name)).config.rootfs.diff_ids;

test('append: a layer on top, byte for byte as it was given', async () => {
  await using on = await testStore();
  await addImage(on, 'base:1', { layers: [layerOf('a')], config: { Cmd: ['sh'] } });
  for (const [name, bytes, type] of [
    ['plain:1', layerOf('b'), mediaTypes.layer],
    ['zipped:1', gzipSync(layerOf('b')), mediaTypes.layerGzip],
  ] as const) {
    const { id } = await on.store.append('base:1', stream(bytes), {
      name,
      message: 'more',
      changes: ['USER 7'],
    });
    const image = await imageOf(on, name);
    assert.is(image.id, id);
    const layer = image.manifest.layers.at(-1);
    assert.equal([layer?.mediaType, layer?.size], [type, bytes.length]);
    assert.equal(image.config.config, { Cmd: ['sh'], User: '7' });
    assert.is(image.config.history?.at(-1)?.comment, 'more');
    assert.is(image.config.history?.filter((step) => step.empty_layer !== true).length, 2);
  }
  assert.equal(await diffIdsOf(on, 'plain:1'), await diffIdsOf(on, 'zipped:1'));
  assert.equal((await on.store.verify()).problems, []);
});

test('append of what is no tar makes no image', async () => {
  await using on = await testStore();
  await addImage(on, 'base:1');
  const append = (bytes: Uint8Array) =>
    on.store.append('base:1', stream(bytes), { name: 'made:1' });
  assert.is(await codeOf(append(Buffer.alloc(2000, 'x'))), 'ARCHIVE_INVALID');
  assert.is(await codeOf(append(gzipSync(layerOf('b')).subarray(0, 60))), 'LAYER_CORRUPT');
  assert.is(await codeOf(on.store.append('absent:1', stream(layerOf('b')))), 'IMAGE_NOT_FOUND');
  assert.is((await on.store.list()).length, 1);
});

test('mutate: the same layers, run otherwise, and no blob for a layer that is none', async () => {
  await using on = await testStore();
  await addImage(on, 'base:1', { layers: [layerOf('a')], config: { Cmd: ['sh'] } });
  const before = (await blobsOf(on.root)).length;
  await on.store.mutate('base:1', { name: 'made:1', changes: ['CMD top', 'ENV A=b'] });
  const [base, made] = [await imageOf(on, 'base:1'), await imageOf(on, 'made:1')];
  assert.equal(made.manifest.layers, base.manifest.layers);
  assert.equal(made.config.config.Cmd, ['/bin/sh', '-c', 'top']);
  assert.equal(made.config.config.Env, ['A=b']);
  assert.is(made.config.history?.at(-1)?.empty_layer, true);
  assert.is((await blobsOf(on.root)).length, before + 2);
  assert.is(await codeOf(on.store.mutate('base:1', { changes: ['RUN x'] })), 'CHANGE_INVALID');
  assert.is(await codeOf(on.store.mutate('base:1', { name: 'A:B:C' })), 'NAME_INVALID');
});

test('rebase: its own layers and steps on the new base; how it runs stays', async () => {
  await using on = await testStore();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(layerOf) as [Buffer, Buffer, Buffer, Buffer];
  await addImage(on, 'old:1', { layers: [a], config: { Cmd: ['old'] } });
  await addImage(on, 'new:1', { layers: [c, d], config: { Cmd: ['new'] } });
  await on.store.append('old:1', stream(b), { name: 'app:1', changes: ['CMD ["app"]'], message: 'own' }); // prettier-ignore
  await on.store.rebase('app:1', { oldBase: 'old:1', newBase: 'new:1', name: 'rebased:1' });
  const made = await imageOf(on, 'rebased:1');
  const [app, base] = [await imageOf(on, 'app:1'), await imageOf(on, 'new:1')];
  assert.equal(made.config.rootfs.diff_ids, [...base.config.rootfs.diff_ids, ...app.config.rootfs.diff_ids.slice(1)]); // prettier-ignore
  assert.equal(made.manifest.layers, [...base.manifest.layers, ...app.manifest.layers.slice(1)]);
  assert.equal(made.config.config, app.config.config);
  assert.is(made.config.history?.at(-1)?.comment, 'own');
  assert.is(made.config.history?.filter((one) => one.empty_layer !== true).length, 3);
  // And back again: it is the image that it was.
  await on.store.rebase('rebased:1', { oldBase: 'new:1', newBase: 'old:1', name: 'back:1' });
  const back = await imageOf(on, 'back:1');
  assert.equal(back.manifest.layers, app.manifest.layers);
  assert.equal(back.config.rootfs, app.config.rootfs);
  assert.equal(back.config.history, app.config.history);
  assert.equal((await on.store.verify()).problems, []);
});

test('rebase: steps without a layer go with the base that has them', async () => {
  await using on = await testStore();
  await addImage(on, 'raw:1', { layers: [layerOf('a')] });
  await addImage(on, 'new:1', { layers: [layerOf('c')] });
  await on.store.mutate('raw:1', { name: 'old:1', createdBy: 'ENV base' });
  await on.store.mutate('old:1', { name: 'half:1', createdBy: 'ENV own' });
  await on.store.append('half:1', stream(layerOf('b')), { name: 'app:1', createdBy: 'ADD own' });
  await on.store.rebase('app:1', { oldBase: 'old:1', newBase: 'new:1', name: 'made:1' });
  const steps = (await imageOf(on, 'made:1')).config.history?.map(({ created_by }) => created_by);
  assert.equal(steps?.slice(-2), ['ENV own', 'ADD own']);
  assert.not.ok(steps?.includes('ENV base'));
});

test('rebase: of what was not made on it, or is for another machine, nothing is made', async () => {
  await using on = await testStore();
  await addImage(on, 'old:1', { layers: [layerOf('a')] });
  await addImage(on, 'app:1', { layers: [layerOf('x'), layerOf('b')] });
  await addImage(on, 'other:1', { layers: [layerOf('x')], architecture: 'mips64le' });
  await addImage(on, 'longer:1', { layers: [layerOf('x'), layerOf('b'), layerOf('c')] });
  const rebase = (oldBase: string, newBase: string) =>
    codeOf(on.store.rebase('app:1', { oldBase, newBase, name: 'made:1' }));
  assert.is(await rebase('old:1', 'old:1'), 'NOT_BASE');
  assert.is(await rebase('longer:1', 'old:1'), 'NOT_BASE');
  assert.is(await rebase('absent:1', 'old:1'), 'IMAGE_NOT_FOUND');
  await addImage(on, 'base:1', { layers: [layerOf('x')] });
  assert.match(String(await rebase('base:1', 'other:1')), /PLATFORM_(?:DIFFERS|NOT_FOUND)/);
  assert.not.ok((await on.store.list()).some(({ name }) => name?.includes('made')));
});

test.run();
