import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, codeOf, testStore } from './support.ts';

test('what is exported can be imported, names and all', async () => {
  await using on = await testStore();
  await using other = await testStore();
  await addImage(on, 'a:1');
  await addImage(on, 'localhost:5000/b:2');
  await addImage(on, 'c:3');
  await other.store.import(await on.store.export(['a:1', 'localhost:5000/b:2']));
  const [before, after] = [await on.store.list(), await other.store.list()];
  assert.equal(
    after.map(({ name, id }) => [name, id]),
    before.slice(0, 2).map(({ name, id }) => [name, id]),
  );
});

test('by id it has no name', async () => {
  await using on = await testStore();
  await using other = await testStore();
  const { config } = await addImage(on, 'a:1');
  await other.store.import(await on.store.export([config.digest.slice(7, 19)]));
  const [record] = await other.store.list();
  assert.is(record?.id, config.digest);
  assert.is(record?.name, undefined);
});

test('the same images give the same bytes', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const once = Buffer.concat(await (await on.store.export(['a:1'])).toArray());
  const twice = Buffer.concat(await (await on.store.export(['a:1'])).toArray());
  assert.ok(once.equals(twice));
});

test('what is not there, or not whole, is told', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  assert.is(await codeOf(on.store.export(['nosuch'])), 'IMAGE_NOT_FOUND');
  await rm(join(on.root, 'blobs', 'sha256', config.digest.slice(7)));
  const archive = await on.store.export(['a:1']);
  assert.is(await codeOf(archive.toArray()), 'ARCHIVE_INCOMPLETE');
});

test.run();
