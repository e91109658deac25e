import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLayout, readIndex, resolveImage } from '@ctrkit/layout';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registryClient, startRegistryClient } from './support/command.ts';
import { FakeRegistry } from './support/fake-registry.ts';
import type { Blob } from './support/fake-registry.ts';

test('kill -9 in the middle of a pull: the next one resumes and completes', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const content = randomBytes(8_000_000);
  const image = registry.addImage([randomBytes(1000), content], { tag: 'latest' });
  const [, layer] = image.layers as [Blob, Blob];
  registry.override = (request, response) => {
    if (request.url?.includes(layer.digest) !== true) return false;
    response.setHeader('content-length', content.length);
    response.write(content.subarray(0, 6_000_000));
    return true;
  };
  const layoutPath = join(directory.path, 'layout');
  const partial = join(layoutPath, 'ingest', layer.digest);
  const parameters = ['pull', `${registry.host}/a/b`, '-o', layoutPath];
  const child = startRegistryClient(parameters);
  const closed = once(child, 'close');
  for (let size = 0; size < 4_000_000; await sleep(20)) {
    assert.is(child.exitCode, null);
    size = (await stat(partial).catch(() => ({ size: 0 }))).size;
  }
  child.kill('SIGKILL');
  await closed;
  assert.equal((await readIndex(await openLayout(layoutPath))).manifests, []);

  registry.override = () => false;
  const { code, stdout } = await registryClient(parameters);
  assert.is(code, 0);
  const again = registry.server.requests.findLast(({ url }) => url.includes(layer.digest));
  const from = Number(/^bytes=(\d+)-/.exec(again?.headers.range ?? '')?.[1]);
  assert.ok(from >= 4_000_000, again?.headers.range);
  const { downloadedBytes } = JSON.parse(stdout) as { downloadedBytes: number };
  assert.ok(downloadedBytes <= content.length - from + image.config.size + 1000);
  const layout = await openLayout(layoutPath);
  const { manifest } = await resolveImage(layout, { name: `${registry.host}/a/b:latest` });
  assert.is(manifest.layers.length, 2);
  const stored = await readFile(join(layoutPath, 'blobs', layer.digest.replace(':', '/')));
  assert.ok(stored.equals(content));
  assert.equal((await readdir(layoutPath)).toSorted(), [
    '.index.lock',
    'blobs',
    'index.json',
    'oci-layout',
  ]);
});

test('8 processes pull one image into one layout: each blob is downloaded once', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const image = registry.addImage(
    Array.from({ length: 4 }, () => randomBytes(500_000)),
    { tag: 'latest' },
  );
  // Long enough for all of them to want the same blob at once.
  registry.override = async (request) => {
    if (request.url?.includes('/blobs/') === true) await sleep(400);
    return false;
  };
  const layoutPath = join(directory.path, 'layout');
  const parameters = ['pull', `${registry.host}/a/b`, '-o', layoutPath, '--progress', 'none'];
  const results = await Promise.all(Array.from({ length: 8 }, () => registryClient(parameters)));
  assert.equal(
    results.map(({ code, stderr }) => [code, stderr]),
    Array.from({ length: 8 }, () => [0, '']),
  );
  for (const { digest } of [image.config, ...image.layers]) {
    assert.is(registry.count(`/blobs/${digest}`), 1, digest);
  }
  const { manifests } = await readIndex(await openLayout(layoutPath));
  assert.is(manifests.length, 1);
  assert.not((await readdir(layoutPath)).includes('ingest'));
});

test('one of two processes is killed: the other takes over what it had', async () => {
  await using registry = await FakeRegistry.start();
  await using directory = await temporaryDirectory();
  const content = randomBytes(2_000_000);
  const { layers } = registry.addImage([content], { tag: 'latest' });
  const [layer] = layers as [Blob];
  let held = 0;
  registry.override = (request, response) => {
    if (request.url?.includes(layer.digest) !== true || held > 0) return false;
    held += 1;
    response.setHeader('content-length', content.length);
    response.write(content.subarray(0, 1_000_000));
    return true;
  };
  const parameters = ['pull', `${registry.host}/a/b`, '-o', join(directory.path, 'layout')];
  const first = startRegistryClient(parameters);
  const closed = once(first, 'close');
  while (registry.count(layer.digest) === 0) await sleep(20);
  const second = registryClient(parameters);
  while (registry.count('/manifests/') < 2) await sleep(20);
  await sleep(200);
  assert.is(registry.count(layer.digest), 1);
  first.kill('SIGKILL');
  await closed;
  const { code, stderr } = await second;
  assert.is(code, 0, stderr);
  assert.is(registry.count(layer.digest), 2);
});

test.run();
