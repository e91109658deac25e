import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { makeImageLayout, needs, run, tarOf } from '@ctrkit/testing';
import { serveRegistry } from '../src/index.ts';
import { addImage, digestsOf, blobsOf, layerOf, testStore } from './support.ts';

/** Runs skopeo, which must succeed. */
async function skopeo(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['skopeo', '--insecure-policy', ...args]);
  assert.is(code, 0, stderr);
  return stdout;
}

const copy = (...args: string[]): Promise<string> =>
  skopeo('copy', '--quiet', '--src-tls-verify=false', '--dest-tls-verify=false', ...args);

const tarWith = (bytes: Buffer): Buffer =>
  tarOf([{ path: 'random', type: 'File', content: bytes }]);

async function manifestIn(directory: string): Promise<string> {
  const bytes = await readFile(join(directory, 'manifest.json'));
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

if (needs('command:skopeo')) {
  test('skopeo pushes to the registry and pulls the same back', async () => {
    await using on = await testStore();
    const source = join(on.aside, 'source');
    const layers = [tarWith(randomBytes(3_000_000)), layerOf('second')];
    const image = await makeImageLayout(source, { layers });
    await using registry = await serveRegistry(on.store);
    const name = `docker://${registry.host}/team/app:v1`;
    await copy(`oci:${source}:latest`, name);
    const found = await on.store.find('team/app:v1');
    assert.is(found?.target.digest, image.manifest.digest);
    assert.equal(await blobsOf(on.root), digestsOf(image));
    await copy(name, `dir:${join(on.aside, 'back')}`);
    assert.is(await manifestIn(join(on.aside, 'back')), image.manifest.digest);
    // The second time every blob is found here.
    await copy(`oci:${source}:latest`, `docker://${registry.host}/team/app:v2`);
    const tags = await skopeo(
      'list-tags',
      '--tls-verify=false',
      `docker://${registry.host}/team/app`,
    );
    assert.equal((JSON.parse(tags) as { Tags: string[] }).Tags, ['v1', 'v2']);
  });

  test('skopeo deletes what it pushed, where it is let', async () => {
    await using on = await testStore();
    const { manifest } = await addImage(on, 'team/app:v1');
    await using registry = await serveRegistry(on.store, { allowDelete: true });
    const name = `docker://${registry.host}/team/app`;
    await skopeo('delete', '--tls-verify=false', `${name}:v1`);
    assert.equal(await on.store.list(), []);
    for (const gone of [`${name}:v1`, `${name}@${manifest.digest}`]) {
      const { code } = await run(['skopeo', 'inspect', '--raw', '--tls-verify=false', gone]);
      assert.is(code, 1);
    }
  });

  test('skopeo inspects what the store holds', async () => {
    await using on = await testStore();
    const image = await addImage(on, 'app:v1', { config: { Labels: { a: 'b' } } });
    await using registry = await serveRegistry(on.store, { readOnly: true });
    const text = await skopeo('inspect', '--tls-verify=false', `docker://${registry.host}/app:v1`);
    const told = JSON.parse(text) as Record<string, unknown>;
    assert.is(told['Digest'], image.manifest.digest);
    assert.equal(told['Labels'], { a: 'b' });
  });

  test('docker schema 2 goes in and out unchanged', async () => {
    await using on = await testStore();
    const source = join(on.aside, 'source');
    await makeImageLayout(source, { layers: [layerOf('x')] });
    await using registry = await serveRegistry(on.store);
    const name = `docker://${registry.host}/app:v1`;
    await copy('--format=v2s2', `oci:${source}:latest`, name);
    const found = await on.store.find('app:v1');
    assert.is(found?.target.mediaType, mediaTypes.dockerManifest);
    await copy(name, `dir:${join(on.aside, 'back')}`);
    assert.is(await manifestIn(join(on.aside, 'back')), found?.target.digest);
  });

  test('an image of several platforms goes in and out whole', async () => {
    await using on = await testStore();
    const source = join(on.aside, 'source');
    const one = await makeImageLayout(source, { layers: [layerOf('1')], architecture: 'amd64' });
    const two = await makeImageLayout(source, { layers: [layerOf('2')], architecture: 'arm64' });
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [
        { ...one.manifest, platform: { os: 'linux', architecture: 'amd64' } },
        { ...two.manifest, platform: { os: 'linux', architecture: 'arm64' } },
      ],
    });
    const digest = `sha256:${createHash('sha256').update(index).digest('hex')}`;
    await writeFile(join(source, 'blobs', 'sha256', digest.slice(7)), index);
    const annotations = { 'org.opencontainers.image.ref.name': 'all' };
    const entry = { mediaType: mediaTypes.index, digest, size: index.length, annotations };
    await writeFile(
      join(source, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [entry] }),
    );
    await using registry = await serveRegistry(on.store);
    const name = `docker://${registry.host}/app:all`;
    await copy('--all', `oci:${source}:all`, name);
    assert.is((await on.store.list()).length, 1);
    assert.is((await on.store.list())[0]?.target.digest, digest);
    await copy('--all', name, `dir:${join(on.aside, 'back')}`);
    assert.is(await manifestIn(join(on.aside, 'back')), digest);
  });

  test('skopeo writes into the directory of the store', async () => {
    await using on = await testStore();
    await addImage(on, 'mine:1');
    const source = join(on.aside, 'source');
    const image = await makeImageLayout(source, { layers: [layerOf('x')] });
    await copy(`oci:${source}:latest`, `oci:${on.root}:docker.io/library/theirs:1`);
    assert.is((await on.store.find('theirs:1'))?.id, image.config.digest);
    assert.is((await on.store.find('mine:1'))?.name, 'docker.io/library/mine:1');
    // Their blobs are young; ours too.
    assert.equal((await on.store.collectGarbage()).deleted, []);
    await on.store.remove('theirs:1');
    assert.is((await on.store.list()).length, 1);
  });

  test('skopeo reads from the directory of the store', async () => {
    await using on = await testStore();
    const image = await addImage(on, 'mine:1');
    await copy(`oci:${on.root}:docker.io/library/mine:1`, `dir:${join(on.aside, 'back')}`);
    assert.is(await manifestIn(join(on.aside, 'back')), image.manifest.digest);
  });

  test('skopeo reads an export, by tag', async () => {
    await using on = await testStore();
    const image = await addImage(on, 'mine:1.0');
    const file = join(on.aside, 'mine.tar');
    await pipeline(await on.store.export(['mine:1.0']), createWriteStream(file));
    await copy(`oci-archive:${file}:1.0`, `dir:${join(on.aside, 'back')}`);
    assert.is(await manifestIn(join(on.aside, 'back')), image.manifest.digest);
  });

  test('an archive that skopeo wrote is imported', async () => {
    await using on = await testStore();
    const source = join(on.aside, 'source');
    const image = await makeImageLayout(source, { layers: [layerOf('x')] });
    const file = join(on.aside, 'theirs.tar');
    await copy(`oci:${source}:latest`, `oci-archive:${file}:quay.io/they/app:2`);
    await on.store.import(createReadStream(file));
    assert.is((await on.store.find('quay.io/they/app:2'))?.id, image.config.digest);
  });
}

test.run();
