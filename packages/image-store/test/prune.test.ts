import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageIndex } from '@ctrkit/oci';
import { named, referenceOf } from '../src/entries.ts';
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

/** Entries of index.json, changed between the moment at which a prune looks and that at which it removes. */
const changing = (
  { root }: TestStore,
  change: (entries: Descriptor[]) => Descriptor[],
): (() => ImageUser[]) => {
  let looks = 0;
  return () => {
    looks += 1;
    if (looks === 2) {
      const path = join(root, 'index.json');
      const index = JSON.parse(readFileSync(path, 'utf8')) as ImageIndex;
      writeFileSync(path, JSON.stringify({ ...index, manifests: change(index.manifests) }));
    }
    return [];
  };
};

test('a name that means another image by then stays', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  await addImage(on, 'b:1');
  const only = await on.store.prunable({ all: true });
  const later = await addImage(on, 'later:1');
  const users = changing(on, (entries) => {
    const last = entries.at(-1);
    assert.is(last?.digest, later.manifest.digest);
    return last === undefined ? [] : entries.map((entry) => named(last, referenceOf(entry)));
  });
  const { images, untagged, deleted } = await on.store.prune({ all: true, only, users });
  assert.equal([images, untagged, deleted], [[], [], []]);
  assert.equal(
    (await on.store.list()).map(({ name, id }) => [name?.split('/').at(-1), id]),
    ['a:1', 'b:1', 'later:1'].map((name) => [name, later.config.digest]),
  );
});

test('an image that got a name by then stays with it', async () => {
  for (const all of [false, true]) {
    await using on = await testStore();
    for (const text of ['1', '2', '3']) await addImage(on, 'a:1', { text });
    const only = await on.store.prunable();
    const users = changing(on, (entries) =>
      entries.map((entry, at) =>
        referenceOf(entry) === undefined ? named(entry, parseReference(`keep:${at}`)) : entry,
      ),
    );
    const { images, untagged, deleted } = await on.store.prune({ all, only, users });
    assert.equal([images, untagged, deleted], [[], [], []]);
    assert.equal(await namesOf(on), ['keep:0', 'keep:1', 'a:1']);
  }
});

test('an image without a name goes alone where the same one has a name by then', async () => {
  await using on = await testStore();
  const old = [await addImage(on, '1'), await addImage(on, '2')];
  for (const name of ['1', '2']) await on.store.untag(name);
  const twin = (entry: Descriptor, at: number): Descriptor => {
    const blobs = join(on.root, 'blobs/sha256');
    const bytes = `${readFileSync(join(blobs, entry.digest.slice(7)), 'utf8')} `;
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    const digest: Digest = `sha256:${hex}`;
    return named({ ...entry, digest, size: bytes.length }, parseReference(`b:${at}`));
  };
  const users = changing(on, (entries) => [...entries, ...entries.map(twin)]);
  const { untagged, deleted } = await on.store.prune({ users });
  assert.equal(untagged, []);
  assert.equal(deleted.toSorted(), old.map(({ manifest }) => manifest.digest).toSorted());
  assert.equal(await namesOf(on), ['b:0', 'b:1']);
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
