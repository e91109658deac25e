import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, blobsOf, codeOf, digestsOf, testStore } from './support.ts';

test('takes one name, or all; the image stays', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'b:1');
  await on.store.tag('a:1', 'c:1');
  assert.equal(await on.store.untag('a:1', ['b:1']), ['docker.io/library/b:1']);
  assert.equal(await on.store.untag('c:1'), ['docker.io/library/a:1', 'docker.io/library/c:1']);
  const records = await on.store.list();
  assert.equal(
    records.map(({ name, id }) => [name, id]),
    [[undefined, image.config.digest]],
  );
  await on.store.collectGarbage({ minimumAge: 0 });
  assert.equal(await blobsOf(on.root), digestsOf(image));
});

test('names of others, and of nobody, are refused', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  await addImage(on, 'b:1');
  for (const [image, name, code] of [
    ['a:1', 'b:1', 'IMAGE_NOT_FOUND'],
    ['a:1', 'nosuch', 'IMAGE_NOT_FOUND'],
    ['nosuch', 'a:1', 'IMAGE_NOT_FOUND'],
    ['a:1', 'X', 'NAME_INVALID'],
  ] as const) {
    assert.is(await codeOf(on.store.untag(image, [name])), code);
  }
  assert.is((await on.store.list()).filter(({ name }) => name !== undefined).length, 2);
});

test.run();
