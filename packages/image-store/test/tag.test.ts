import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, codeOf, testStore } from './support.ts';

test('gives one more name', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'localhost:5000/b');
  await on.store.tag(config.digest.slice(7, 19), 'c:2');
  assert.equal(
    (await on.store.list()).map(({ name, id }) => [name, id]),
    [
      ['docker.io/library/a:1', config.digest],
      ['localhost:5000/b:latest', config.digest],
      ['docker.io/library/c:2', config.digest],
    ],
  );
});

test('a name moves from one image to another, which stays, nameless if it had no other', async () => {
  await using on = await testStore();
  const old = await addImage(on, 'a:1');
  const { config } = await addImage(on, 'b:1');
  await on.store.tag('b:1', 'a:1');
  assert.is((await on.store.find('a:1'))?.id, config.digest);
  const nameless = (await on.store.list()).filter(({ name }) => name === undefined);
  assert.equal(
    nameless.map(({ id }) => id),
    [old.config.digest],
  );
  await on.store.tag(old.config.digest, 'a:1');
  assert.is((await on.store.find('a:1'))?.id, old.config.digest);
  assert.is((await on.store.list()).length, 2);
});

test('many at once all count', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const numbers = Array.from({ length: 10 }, (_, number) => number);
  await Promise.all(numbers.map((number) => on.store.tag('a:1', `b:${number}`)));
  assert.is((await on.store.list()).length, 11);
});

test('refuses what is no name, and images that are not there', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  assert.is(await codeOf(on.store.tag('nosuch', 'x:y')), 'IMAGE_NOT_FOUND');
  for (const name of ['X:y', 'x:', '', '-x', `x@sha256:${'0'.repeat(64)}`, 'f'.repeat(64)]) {
    assert.is(await codeOf(on.store.tag('a:1', name)), 'NAME_INVALID', name);
  }
  assert.is((await on.store.list()).length, 1);
});

test.run();
