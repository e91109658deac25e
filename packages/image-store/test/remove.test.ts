import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { updateIndex } from '@ctrkit/layout';
import { chainIds, parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { MadeImage } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { named } from '../src/entries.ts';
import type { ImageUser } from '../src/index.ts';
import { addImage, blobsOf, codeOf, digestsOf, layerOf, leftovers, testStore } from './support.ts';
import type { TestStore } from './support.ts';

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

const userOf = ({ config }: MadeImage, running: boolean): ImageUser => ({
  container: 'c'.repeat(64),
  image: config.digest,
  running,
});

/** What is asked for, and what comes of it: an error's message, or the names that are gone and whether the image is. */
type Row = readonly [what: string, how: { running?: boolean; force?: boolean }, outcome: string];

const id = 'by id';
const table: readonly Row[] = [
  ['a:1', {}, 'a:1 gone'],
  ['a:1', { running: false }, 'conflict: unable to remove repository reference "a:1" (must force) - container cccccccccccc is using its referenced image ID'],
  ['a:1', { running: true }, 'conflict: unable to remove repository reference "a:1" (must force) - container cccccccccccc is using its referenced image ID'],
  ['a:1', { running: false, force: true }, 'a:1 gone'],
  ['a:1', { running: true, force: true }, 'a:1 kept'],
  [id, {}, 'a:1 gone'],
  [id, { running: false }, 'conflict: unable to delete ID (must be forced) - image is being used by stopped container cccccccccccc'],
  [id, { running: true }, 'conflict: unable to delete ID (cannot be forced) - image is being used by running container cccccccccccc'],
  [id, { running: false, force: true }, 'a:1 gone'],
  [id, { running: true, force: true }, 'conflict: unable to delete ID (cannot be forced) - image is being used by running container cccccccccccc'],
]; // prettier-ignore

for (const [what, { running, force = false }, outcome] of table) {
  const used = running === undefined ? 'nobody' : `a ${running ? 'running' : 'stopped'} container`;
  test(`remove ${what}${force ? ' with force' : ''} while ${used} uses it`, async () => {
    await using on = await testStore();
    const image = await addImage(on, 'a:1');
    const short = image.config.digest.slice(7, 19);
    const users = (): ImageUser[] => (running === undefined ? [] : [userOf(image, running)]);
    const removing = on.store.remove(what === id ? short : what, { force, users });
    const told = await removing.then(
      ({ untagged, images }) => `${untagged.map((name) => name.split('/').at(-1)).join()} ${images.length > 0 ? 'gone' : 'kept'}`, // prettier-ignore
      (error: Error) => error.message.replaceAll(short, 'ID'),
    );
    assert.is(told, outcome);
    const left = await on.store.list();
    assert.is(left.length, outcome.endsWith('gone') ? 0 : 1);
    assert.is(
      left.some(({ name }) => name === undefined),
      outcome.endsWith('kept'),
    );
    assert.equal(await blobsOf(on.root), left.length === 0 ? [] : digestsOf(image));
  });
}

test('one name of several goes, whoever uses the image', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'b:1');
  const users = (): ImageUser[] => [userOf(image, true)];
  assert.equal((await on.store.remove('a:1', { users })).images, []);
  assert.is(await codeOf(on.store.remove('b:1', { users })), 'IMAGE_IN_USE');
});

test('with the last tag in a repository go the digests there', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const digest = `docker.io/library/a@${image.manifest.digest}`;
  await updateIndex(on.store.layout, (index) => ({
    ...index,
    manifests: [
      ...index.manifests,
      named(index.manifests[0] as Descriptor, parseReference(digest)),
    ],
  }));
  const { untagged, images } = await on.store.remove('a:1');
  assert.equal(untagged, ['docker.io/library/a:1', digest]);
  assert.is(images.length, 1);
});

test('the layers that no image has any more are told by their chain ids, the uppermost first', async () => {
  await using on = await testStore();
  const [one, two, three] = [layerOf('1'), layerOf('2'), layerOf('3')];
  const image = await addImage(on, 'a:1', { layers: [one, two, three] });
  await addImage(on, 'b:1', { layers: [one] });
  const [, second, third] = chainIds(image.diffIds as Digest[]);
  assert.equal((await on.store.remove('a:1')).layers, [third, second]);
});

test('many removals at once: one wins each name', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => on.store.remove('a:1')));
  assert.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(await blobsOf(on.root), []);
});

/** Puts the same image there under another manifest, without a name. */
async function addTwin({ store, root }: TestStore, { manifest }: MadeImage): Promise<string> {
  const blobs = join(root, 'blobs', 'sha256');
  const text = `${await readFile(join(blobs, manifest.digest.slice(7)), 'utf8')} `;
  const digest: Digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  await writeFile(join(blobs, digest.slice(7)), text);
  const twin = { mediaType: manifest.mediaType, digest, size: text.length };
  await updateIndex(store.layout, (index) => ({
    ...index,
    manifests: [twin, ...index.manifests],
  }));
  return digest;
}

test('with the last name goes the same image under another manifest that has none', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await on.store.tag('a:1', 'b:1');
  const twin = await addTwin(on, image);
  assert.equal((await on.store.remove('a:1')).images, []);
  const { untagged, images, deleted } = await on.store.remove('b:1');
  assert.equal([untagged, images], [['docker.io/library/b:1'], [image.config.digest]]);
  assert.equal(deleted.toSorted(), [...digestsOf(image), twin].toSorted());
  assert.equal(await on.store.list(), []);
});

test('but it stays, without a name, where a container runs of it', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await addTwin(on, image);
  const users = (): ImageUser[] => [userOf(image, true)];
  const { images, deleted } = await on.store.remove('a:1', { force: true, users });
  assert.equal([images, deleted], [[], []]);
  const left = (await on.store.list()).map(({ name, id }) => [name, id]);
  assert.equal(left, [
    [undefined, image.config.digest],
    [undefined, image.config.digest],
  ]);
});

test.run();
