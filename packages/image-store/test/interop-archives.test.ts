import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { makeImageLayout, needs, run, tarOf } from '@ctrkit/testing';
import { addImage, blobsOf, layerOf, testStore } from './support.ts';
import type { TestStore } from './support.ts';

async function ran(...command: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  assert.is(code, 0, `${command.join(' ')}: ${stderr}`);
  return stdout;
}

const skopeo = (...args: string[]): Promise<string> =>
  ran('skopeo', '--insecure-policy', 'copy', '--quiet', ...args);

async function exported(on: TestStore, ...names: string[]): Promise<string> {
  const file = join(on.aside, 'ours.tar');
  await pipeline(await on.store.export(names), createWriteStream(file));
  return file;
}

/** Every blob of one layout is in another, byte for byte. */
async function assertSameBlobs(from: string, to: string): Promise<void> {
  const names = await readdir(join(from, 'blobs/sha256'));
  assert.ok(names.length > 0);
  for (const name of names) {
    const path = join('blobs/sha256', name);
    const [one, other] = [await readFile(join(from, path)), await readFile(join(to, path))];
    assert.ok(one.equals(other), name);
  }
}

if (needs('command:skopeo')) {
  test('skopeo takes each image of an archive of ours, as docker would and as OCI', async () => {
    await using on = await testStore();
    const ids: Record<string, string> = {};
    for (const name of ['one:1', 'two:2']) {
      ids[name] = (await addImage(on, name, { layers: [layerOf('base'), layerOf(name)] })).config.digest; // prettier-ignore
    }
    const file = await exported(on, 'one:1', 'two:2');
    for (const [name, id] of Object.entries(ids)) {
      for (const source of [
        `docker-archive:${file}:${name}`,
        `oci-archive:${file}:${name.slice(4)}`,
      ]) {
        const copy = join(on.aside, `${source.slice(0, 6)}-${name.slice(0, 3)}`);
        await skopeo(source, `oci:${copy}:x`);
        assert.is((await resolveImage(await openLayout(copy))).configDescriptor.digest, id, source);
      }
    }
  });

  test('an archive that skopeo writes in docker’s form keeps its id, through a pipe of layers', async () => {
    await using on = await testStore();
    const source = join(on.aside, 'source');
    const layers = [layerOf('one'), layerOf('two'), layerOf('one')];
    const image = await makeImageLayout(source, { layers });
    const file = join(on.aside, 'theirs.tar');
    await skopeo(`oci:${source}:latest`, `docker-archive:${file}:quay.io/they/app:2`);
    const [record] = await on.store.import(createReadStream(file));
    assert.is(record?.name, 'quay.io/they/app:2');
    const found = await on.store.find('quay.io/they/app:2');
    assert.equal(found?.config.rootfs.diff_ids, image.diffIds);
    assert.equal((await on.store.verify()).problems, []);
  });

  test('a layout of ours is the same bytes to skopeo, and theirs to us', async () => {
    await using on = await testStore();
    await addImage(on, 'a:1', { layers: [layerOf('one'), layerOf('two')] });
    const copy = join(on.aside, 'copy');
    await skopeo(`oci:${on.root}:docker.io/library/a:1`, `oci:${copy}:x`);
    await assertSameBlobs(copy, on.root);
    await using other = await testStore();
    await other.store.import(copy, { name: 'a:1' });
    await assertSameBlobs(copy, other.root);
    assert.equal(await blobsOf(other.root), await blobsOf(on.root));
  });
}

if (needs('command:umoci')) {
  test('umoci reads a layout of ours byte for byte, and we what it adds', async () => {
    await using on = await testStore();
    await addImage(on, 'a:1', { layers: [tarOf([{ path: 'f', type: 'File', content: 'x' }])] });
    const before = await blobsOf(on.root);
    const image = `${on.root}:docker.io/library/a:1`;
    await ran('umoci', 'tag', '--image', image, 'own');
    await ran(
      'umoci',
      'config',
      '--image',
      `${on.root}:own`,
      '--config.user',
      '7',
      '--tag',
      'changed',
    );
    const stat = await ran('umoci', 'stat', '--json', '--image', `${on.root}:changed`);
    assert.ok(stat.includes('history'));
    assert.equal((await on.store.verify()).problems, []);
    const { config } = await resolveImage(on.store.layout, { name: 'changed' });
    assert.is(config.config.User, '7');
    const after = await blobsOf(on.root);
    assert.equal(
      before.filter((digest) => !after.includes(digest)),
      [],
    );
  });
}

test.run();
