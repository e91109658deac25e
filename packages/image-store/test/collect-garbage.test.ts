import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { acquireLock, temporaryName } from '@ctrkit/durable';
import { updateIndex, writeBlob } from '@ctrkit/layout';
import { mediaTypes, parseDigest } from '@ctrkit/oci';
import { addImage, blobsOf, codeOf, digestsOf, leftovers, testStore } from './support.ts';

const all = { minimumAge: 0 };

test('deletes what no image refers to, and nothing else', async () => {
  await using on = await testStore();
  const kept = await addImage(on, 'kept:1');
  await addImage(on, 'gone:1');
  await updateIndex(on.store.layout, (index) => ({
    ...index,
    manifests: index.manifests.slice(0, 1),
  }));
  const result = await on.store.collectGarbage(all);
  assert.is(result.deferred, false);
  assert.is(result.deleted.length, 3);
  assert.ok(result.reclaimed > 0);
  assert.equal(await blobsOf(on.root), digestsOf(kept));
  assert.equal(await leftovers(on.root), []);
  assert.equal((await on.store.collectGarbage(all)).deleted, []);
});

test('keeps all that an index refers to, through every level', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  const image = await addImage(on, 'a:1');
  const inner = JSON.stringify({ schemaVersion: 2, manifests: [image.manifest] });
  const innerBlob = await writeBlob(layout, undefined, Readable.from([Buffer.from(inner)]));
  const outer = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ mediaType: mediaTypes.index, ...innerBlob }],
  });
  const outerBlob = await writeBlob(layout, undefined, Readable.from([Buffer.from(outer)]));
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: [{ mediaType: mediaTypes.index, ...outerBlob }],
  }));
  assert.equal((await on.store.collectGarbage(all)).deleted, []);
});

test('keeps what it is told to, with what that refers to', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await updateIndex(on.store.layout, (index) => ({ ...index, manifests: [] }));
  const keep = [parseDigest(image.manifest.digest)];
  assert.equal((await on.store.collectGarbage({ ...all, keep })).deleted, []);
  {
    await using _ = await on.store.lease(keep);
    assert.equal((await on.store.collectGarbage(all)).deleted, []);
  }
  assert.is((await on.store.collectGarbage(all)).deleted.length, 3);
});

test('leaves young blobs alone: other tools bring them before their index', async () => {
  await using on = await testStore();
  await writeBlob(on.store.layout, undefined, Readable.from([Buffer.from('young')]));
  assert.equal((await on.store.collectGarbage()).deleted, []);
  assert.is((await on.store.collectGarbage(all)).deleted.length, 1);
});

test('does nothing while somebody brings in what it cannot know', async () => {
  await using on = await testStore();
  await writeBlob(on.store.layout, undefined, Readable.from([Buffer.from('new')]));
  await using _ = await on.store.lease('everything');
  const result = await on.store.collectGarbage(all);
  assert.equal(result, { deleted: [], reclaimed: 0, deferred: true });
});

test('a manifest with wrong bytes stops it, and removing that image helps', async () => {
  await using on = await testStore();
  const bad = await addImage(on, 'bad:1');
  const good = await addImage(on, 'good:1');
  const path = join(on.root, 'blobs', 'sha256', bad.manifest.digest.slice(7));
  await writeFile(path, '{'.padEnd(bad.manifest.size));
  const before = await blobsOf(on.root);
  assert.is(await codeOf(on.store.collectGarbage(all)), 'IMAGE_DAMAGED');
  assert.equal(await blobsOf(on.root), before);
  await on.store.remove('bad:1');
  await on.store.collectGarbage(all);
  assert.equal(await blobsOf(on.root), digestsOf(good));
});

test('sweeps what killed processes left, and not what living ones make', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const dead = '.tmp-999999999-1-00000000-0000-0000-0000-000000000000-0123456789ab';
  for (const part of ['.', 'leases', 'trash', 'ingest']) {
    await mkdir(join(on.root, part), { recursive: true });
    await writeFile(join(on.root, part, dead), 'half');
  }
  const alive = temporaryName(join(on.root, 'x'));
  await writeFile(alive, 'half');
  await on.store.collectGarbage();
  assert.equal(await leftovers(on.root), [alive.slice(on.root.length + 1)]);
});

test('beginnings of blobs that nobody goes on with go; those of the living stay', async () => {
  await using on = await testStore();
  const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
  const [old, young, locked, leased] = [digest('1'), digest('2'), digest('3'), digest('4')];
  const ingest = join(on.root, 'ingest');
  await mkdir(ingest);
  for (const name of [old, young, locked, leased, 'README']) {
    await writeFile(join(ingest, name), 'half');
    if (name !== young) await utimes(join(ingest, name), 0, 0);
  }
  await using _lock = await acquireLock(join(ingest, locked));
  {
    await using _ = await on.store.lease([parseDigest(leased)]);
    assert.is((await on.store.collectGarbage()).reclaimed, 'half'.length);
    assert.equal((await readdir(ingest)).toSorted(), ['README', young, locked, leased]);
  }
  await on.store.collectGarbage(all);
  assert.equal((await readdir(ingest)).toSorted(), ['README', locked]);
});

test('files that are no blobs are left alone', async () => {
  await using on = await testStore();
  const path = join(on.root, 'blobs', 'sha256', 'README');
  await writeFile(path, 'mine');
  await utimes(path, 0, 0);
  await on.store.collectGarbage(all);
  assert.equal(await readdir(join(on.root, 'blobs', 'sha256')), ['README']);
});

test('beside an import that is under way, nothing of that is lost', async () => {
  await using on = await testStore();
  await addImage(on, 'a:1');
  const archive = await on.store.export(['a:1']);
  const bytes = Buffer.concat(await archive.toArray());
  await on.store.remove('a:1');
  // The blobs arrive, then the sender pauses before the rest.
  const pause = new EventEmitter();
  const over = once(pause, 'over');
  const source = async function* (): AsyncGenerator<Buffer> {
    yield bytes.subarray(0, bytes.length - 3000);
    await over;
    yield bytes.subarray(bytes.length - 3000);
  };
  const importing = on.store.import(source());
  for (let tries = 0; (await blobsOf(on.root)).length < 2 && tries < 100; tries++) await sleep(20);
  assert.is((await on.store.collectGarbage(all)).deferred, true);
  pause.emit('over');
  await importing;
  const after = await on.store.collectGarbage(all);
  assert.equal(after, { deleted: [], reclaimed: 0, deferred: false });
  assert.is((await on.store.find('a:1'))?.name, 'docker.io/library/a:1');
});

test.run();
