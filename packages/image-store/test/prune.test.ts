import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Digest } from '@ctrkit/oci';
import type { ImageUser } from '../src/index.ts';
import { addImage, blobsOf, digestsOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

const usedBy = (image: string, running = false): ImageUser => ({
  container: 'c'.repeat(64),
  image: image as Digest,
  running,
});
const namesOf = async ({ store }: TestStore): Promise<string[]> =>
  (await store.list()).map(({ name }) => name?.split('/').at(-1) ?? '<none>');

test('images without a tag go, all others stay', async () => {
  await using on = await testStore();
  const old = await addImage(on, 'a:1', { text: 'old' });
  await addImage(on, 'a:1', { text: 'new' });
  const result = await on.store.prune();
  assert.equal(result.images, [old.config.digest]);
  assert.equal(result.untagged, []);
  assert.equal(result.deleted.toSorted(), digestsOf(old));
  assert.equal(await namesOf(on), ['a:1']);
});

test('all that nobody uses goes, with all its names', async () => {
  await using on = await testStore();
  const kept = await addImage(on, 'kept:1');
  await addImage(on, 'gone:1');
  await on.store.tag('gone:1', 'gone:2');
  const users = (): ImageUser[] => [usedBy(kept.config.digest)];
  assert.equal(
    (await on.store.prunable({ all: true, users })).map(({ name }) => name?.split('/').at(-1)),
    ['gone:1', 'gone:2'],
  );
  const { untagged, images } = await on.store.prune({ all: true, users });
  assert.is(untagged.length, 2);
  assert.is(images.length, 1);
  assert.equal(await blobsOf(on.root), digestsOf(kept));
});

test('exactly a list, but for what is used or gone by then', async () => {
  await using on = await testStore();
  const used = await addImage(on, 'used:1');
  await addImage(on, 'gone:1');
  await addImage(on, 'listed:1');
  const only = await on.store.prunable({ all: true });
  await addImage(on, 'later:1');
  await on.store.remove('gone:1');
  const users = (): ImageUser[] => [usedBy(used.config.digest)];
  const { untagged } = await on.store.prune({ all: true, only, users });
  assert.equal(untagged, ['docker.io/library/listed:1']);
  assert.equal(await namesOf(on), ['used:1', 'later:1']);
});

test('filters', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1', { config: { Labels: { tier: 'web' } } });
  await addImage(on, 'b:1');
  const old = new Date('1969-01-01T00:00:00Z');
  assert.equal((await on.store.prune({ all: true, filter: { until: old } })).untagged, []);
  const { untagged } = await on.store.prune({ all: true, filter: { withoutLabels: ['tier'] } });
  assert.equal(untagged, ['docker.io/library/b:1']);
});

test.run();
