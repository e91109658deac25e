import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImageLayout, needs, run } from '@ctrkit/testing';
import type { StoredImage } from '../src/index.ts';
import { addImage, blobsOf, codeOf, layerOf, testStore } from './support.ts';
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

test.run();
