import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImageLayout, tarOf } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { addImage, blobsOf, codeOf, digestsOf, layerOf, leftovers, testStore } from './support.ts';
import type { TestStore } from './support.ts';

/** An archive of an image under that name, in memory. */
async function archiveOf(on: TestStore, name: string): Promise<Buffer> {
  await using other = await testStore();
  await addImage({ store: other.store, aside: on.aside }, name);
  return Buffer.concat(await (await other.store.export([name])).toArray());
}

/** A layout directory as the archive that it would be. */
async function* archiveOfDirectory(directory: string): AsyncGenerator<Buffer> {
  const paths = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = paths.filter((entry) => entry.isFile());
  const entries = files.map(async ({ parentPath, name }): Promise<TarEntry> => {
    const path = join(parentPath, name);
    return { path: relative(directory, path), type: 'File', content: await readFile(path) };
  });
  yield tarOf(await Promise.all(entries));
}

/** The same bytes in small pieces. */
function slices(bytes: Buffer): Readable {
  const count = Math.ceil(bytes.length / 512);
  return Readable.from(
    Array.from({ length: count }, (_, at) => bytes.subarray(at * 512, (at + 1) * 512)),
  );
}

const blob = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;

const names = async ({ store }: TestStore): Promise<(string | undefined)[]> =>
  (await store.list()).map(({ name }) => name);

test('an archive brings its images under their full names', async () => {
  await using on = await testStore();
  const archive = await archiveOf(on, 'quay.io/app/web:1');
  const records = await on.store.import(Readable.from([archive]));
  assert.equal(
    records.map(({ name }) => name),
    ['quay.io/app/web:1'],
  );
  assert.equal(await names(on), ['quay.io/app/web:1']);
  assert.equal(await leftovers(on.root), []);
});

test('an image whose name an archive takes stays without one, and one that is the same keeps its own', async () => {
  await using on = await testStore();
  const old = await addImage(on, 'old');
  await on.store.tag('old', 'a:1');
  await on.store.remove('old');
  const archive = await archiveOf(on, 'a:1');
  for (let times = 0; times < 2; times += 1) {
    const [record] = await on.store.import(Readable.from([archive]));
    const ids = (await on.store.list()).map(({ name, id }) => [name, id]);
    assert.equal(ids, [
      [undefined, old.config.digest],
      ['docker.io/library/a:1', record?.id],
    ]);
  }
});

test('a name with the digest of another image is refused, and one that is recorded is passed over', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'forged');
  await makeImageLayout(directory, { layers: [layerOf('x')] });
  const pin = `docker.io/library/alpine@sha256:${'a'.repeat(64)}`;
  const path = join(directory, 'index.json');
  const { manifests } = JSON.parse(await readFile(path, 'utf8')) as { manifests: object[] };
  for (const key of ['io.containerd.image.name', 'org.opencontainers.image.ref.name']) {
    const forged = {
      schemaVersion: 2,
      manifests: [{ ...manifests[0], annotations: { [key]: pin } }],
    };
    await writeFile(path, JSON.stringify(forged));
    assert.is(await codeOf(on.store.import(archiveOfDirectory(directory))), 'NAME_INVALID', key);
    assert.is(await codeOf(on.store.import(directory)), 'NAME_INVALID', key);
    assert.equal(await names(on), [], key);
    await on.store.import(directory, { name: 'x' });
    await writeFile(join(on.root, 'index.json'), JSON.stringify(forged));
    assert.is(await on.store.find(pin), undefined, key);
    assert.equal(await names(on), [undefined], key);
    await on.store.remove((await on.store.list())[0]?.id ?? '');
  }
});

test('an image whose entry would fill the index is refused, and the store goes on', async () => {
  await using on = await testStore();
  await addImage(on, 'good:1');
  const directory = join(on.aside, 'large');
  await makeImageLayout(directory, { layers: [layerOf('x')] });
  const path = join(directory, 'index.json');
  const { manifests } = JSON.parse(await readFile(path, 'utf8')) as { manifests: object[] };
  for (const length of [64 * 1024, 4 * 1024 * 1024 - 600]) {
    const large = { ...manifests[0], annotations: { x: 'y'.repeat(length) } };
    await writeFile(path, JSON.stringify({ schemaVersion: 2, manifests: [large] }));
    assert.is(await codeOf(on.store.import(archiveOfDirectory(directory))), 'INDEX_TOO_LARGE');
    assert.is(await codeOf(on.store.import(directory)), 'INDEX_TOO_LARGE');
  }
  assert.equal(await names(on), ['docker.io/library/good:1']);
  await on.store.remove('good:1');
});

test('a compressed archive is taken as well', async () => {
  await using on = await testStore();
  const archive = gzipSync(await archiveOf(on, 'a:1'));
  await on.store.import(Readable.from([archive]));
  assert.equal(await names(on), ['docker.io/library/a:1']);
});

test('a directory brings its images, and a tag alone no name', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  const image = await makeImageLayout(directory, { layers: [layerOf('x')], tag: 'latest' });
  const [record] = await on.store.import(directory);
  assert.is(record?.id, image.config.digest);
  assert.equal(await names(on), [undefined]);
  assert.equal(await blobsOf(on.root), digestsOf(image));
});

test('of several images of a layout one comes alone, and takes no name from one that is here', async () => {
  await using from = await testStore();
  const [one, latest] = [await addImage(from, 'a:1'), await addImage(from, 'b:latest')];
  await using on = await testStore();
  const own = await addImage(on, 'a:1', { text: 'own' });
  const table = [
    [{ tag: '1' }, one],
    [{}, latest],
    [{ digest: one.manifest.digest }, one],
    [{ tag: 'nosuch', digest: latest.manifest.digest }, latest],
  ] as const;
  for (const [only, { config }] of table) {
    const records = await on.store.import(from.root, { only });
    assert.equal(records.map(({ id, name }) => [id, name]), [[config.digest, undefined]]); // prettier-ignore
  }
  assert.is((await on.store.find('a:1'))?.id, own.config.digest);
  assert.is((await on.store.list()).length, 3);
  await addImage(from, 'c:latest');
  for (const [only, code] of [
    [{ tag: '2' }, 'IMAGE_NOT_FOUND'],
    [{ digest: own.manifest.digest }, 'IMAGE_NOT_FOUND'],
    [{}, 'NAME_AMBIGUOUS'],
    [{ tag: 'latest' }, 'NAME_AMBIGUOUS'],
  ] as const) {
    assert.is(await codeOf(on.store.import(from.root, { only })), code);
  }
});

test('a name that is given counts, with the tag of the source if it has none', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  await makeImageLayout(directory, { layers: [layerOf('x')], tag: '1.36' });
  await on.store.import(directory, { name: 'busybox' });
  await on.store.import(directory, { name: 'localhost:5000/own:2' });
  const archive = await archiveOf(on, 'a:7');
  await on.store.import(Readable.from([archive]), { name: 'b' });
  assert.equal(await names(on), [
    'docker.io/library/busybox:1.36',
    'localhost:5000/own:2',
    'docker.io/library/b:7',
  ]);
});

test('one name is not for several images, and none of them comes', async () => {
  await using on = await testStore();
  await using other = await testStore();
  await addImage(other, 'a:1');
  await addImage(other, 'b:1');
  const archive = await other.store.export(['a:1', 'b:1']);
  assert.is(await codeOf(on.store.import(archive, { name: 'x' })), 'NAME_AMBIGUOUS');
  assert.is(await codeOf(on.store.import(other.root, { name: 'x' })), 'NAME_AMBIGUOUS');
  assert.equal(await names(on), []);
  await on.store.import(other.root);
  assert.is((await names(on)).length, 2);
});

test('refuses bad names before it reads anything', async () => {
  await using on = await testStore();
  for (const name of ['Upper', 'a b', '', 'x:!', `x@sha256:${'0'.repeat(64)}`]) {
    assert.is(await codeOf(on.store.import(on.aside, { name })), 'NAME_INVALID', name);
  }
});

test('the same again changes nothing, a new one takes the name over, the old one is nameless', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1', { text: 'one' });
  await addImage(on, 'a:1', { text: 'one' });
  assert.is((await on.store.list()).length, 1);
  const { config } = await addImage(on, 'a:1', { text: 'two' });
  const records = await on.store.list();
  assert.is(records.length, 2);
  assert.equal(
    records.filter(({ name }) => name !== undefined).map(({ id }) => id),
    [config.digest],
  );
});

test('two at once both come', async () => {
  await using on = await testStore();
  const [a, b] = [await archiveOf(on, 'a:1'), await archiveOf(on, 'b:1')];
  await Promise.all([a, b, a].map((bytes) => on.store.import(slices(bytes))));
  assert.equal(
    new Set(await names(on)),
    new Set(['docker.io/library/a:1', 'docker.io/library/b:1']),
  );
  assert.equal((await on.store.collectGarbage({ minimumAge: 0 })).deleted, []);
  assert.equal(await leftovers(on.root), []);
});

test('an archive cut anywhere brings nothing that shows', async () => {
  await using on = await testStore();
  const whole = await archiveOf(on, 'a:1');
  const end = whole.length - 1024;
  for (const length of [0, 1, 511, 512, 2000, Math.floor(end / 2), end - 600]) {
    const code = await codeOf(on.store.import(Readable.from([whole.subarray(0, length)])));
    assert.match(String(code), /^(ARCHIVE|NOTHING|LAYER)_/, `${length} bytes`);
    assert.equal(await names(on), [], `${length} bytes`);
  }
  await on.store.collectGarbage({ minimumAge: 0 });
  assert.equal(await blobsOf(on.root), []);
  assert.equal(await leftovers(on.root), []);
});

test('an archive with a wrong or a missing blob brings nothing that shows', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  const image = await makeImageLayout(directory, { layers: [layerOf('x')], tag: 'a:1' });
  const file = async (path: string): Promise<TarEntry> => ({
    path,
    type: 'File',
    content: await readFile(join(directory, path)),
  });
  const frame = [await file('oci-layout'), await file('index.json')];
  const blobs = [await file(blob(image.manifest.digest)), await file(blob(image.config.digest))];
  const layer = await file(blob(image.layers[0]?.digest ?? ''));
  const wrong = { ...layer, content: Buffer.from('wrong') };
  const hostile: TarEntry = { path: '../../escaped', type: 'File', content: 'x' };
  for (const [what, entries, code] of [
    ['missing', [...frame, ...blobs], 'ARCHIVE_INCOMPLETE'],
    ['wrong', [...frame, ...blobs, wrong], 'DIGEST_MISMATCH'],
    ['no index', [...blobs, layer], 'ARCHIVE_INVALID'],
  ] as const) {
    const bytes = tarOf(entries);
    assert.is(await codeOf(on.store.import(Readable.from([bytes]))), code, what);
    assert.equal(await names(on), [], what);
  }
  await on.store.import(Readable.from([tarOf([hostile, ...frame, ...blobs, layer])]));
  assert.equal(await names(on), ['docker.io/library/a:1']);
  assert.is(await codeOf(readFile(join(on.aside, '..', 'escaped'))), 'ENOENT');
});

test('a directory with a wrong or a missing blob brings nothing that shows', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'x');
  const image = await makeImageLayout(directory, { layers: [layerOf('x')], tag: 'a:1' });
  const layer = image.layers[0] ?? { digest: '', size: 0 };
  const path = join(directory, 'blobs', 'sha256', layer.digest.slice(7));
  await writeFile(path, Buffer.alloc(layer.size));
  assert.is(await codeOf(on.store.import(directory)), 'DIGEST_MISMATCH');
  await rm(path);
  assert.is(await codeOf(on.store.import(directory)), 'IMAGE_INCOMPLETE');
  assert.equal(await names(on), []);
  assert.is(await codeOf(on.store.import(on.aside)), 'LAYOUT_NOT_FOUND');
});

test('what never comes is given up with the signal', async () => {
  await using on = await testStore();
  const silent = new Readable({ read: () => undefined });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 200);
  const importing = on.store.import(silent, { signal: stop.signal });
  assert.is(await importing.catch((error: Error) => error.name), 'AbortError');
  assert.equal(await leftovers(on.root), []);
});

test.run();
