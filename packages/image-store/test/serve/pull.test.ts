import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLayout, tagManifest } from '@ctrkit/layout';
import { mediaTypes, parseDigest } from '@ctrkit/oci';
import { makeImageLayout } from '@ctrkit/testing';
import { serveRegistry } from '../../src/index.ts';
import { addImage, ask, codesOf, testStore } from '../support.ts';
import type { Answer } from '../support.ts';

const json = (answer: Answer): unknown => JSON.parse(answer.body.toString());

test('answers the version check', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  for (const path of ['/v2/', '/v2']) {
    const answer = await ask(registry.origin, 'GET', path);
    assert.is(answer.status, 200);
    assert.is(answer.headers['docker-distribution-api-version'], 'registry/2.0');
  }
});

test('gives a manifest by tag and by digest, with its type, digest and length', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'busybox:1');
  await using registry = await serveRegistry(on.store);
  for (const reference of ['1', image.manifest.digest]) {
    const path = `/v2/busybox/manifests/${reference}`;
    const get = await ask(registry.origin, 'GET', path);
    assert.is(get.status, 200);
    assert.is(get.headers['content-type'], mediaTypes.manifest);
    assert.is(get.headers['docker-content-digest'], image.manifest.digest);
    assert.is(hash(get.body), image.manifest.digest);
    const head = await ask(registry.origin, 'HEAD', path);
    assert.is(head.status, 200);
    assert.is(head.headers['content-length'], String(get.body.length));
    assert.is(head.headers['docker-content-digest'], image.manifest.digest);
    assert.is(head.body.length, 0);
  }
});

test('an image is found under all the ways to write its repository', async () => {
  await using on = await testStore();
  await addImage(on, 'busybox:1');
  await addImage(on, 'quay.io/app/web:2');
  await addImage(on, 'localhost:5000/own:3');
  await using registry = await serveRegistry(on.store);
  for (const path of [
    'busybox/manifests/1',
    'library/busybox/manifests/1',
    'docker.io/library/busybox/manifests/1',
    'quay.io/app/web/manifests/2',
    'localhost_5000/own/manifests/3',
  ]) {
    assert.is((await ask(registry.origin, 'GET', `/v2/${path}`)).status, 200, path);
  }
  const catalog = await ask(registry.origin, 'GET', '/v2/_catalog');
  assert.equal(json(catalog), {
    repositories: ['busybox', 'localhost_5000/own', 'quay.io/app/web'],
  });
});

test('gives blobs whole and in parts', async () => {
  await using on = await testStore();
  const { layers } = await addImage(on, 'a', { layers: [randomBytes(3_000_000)] });
  const [layer] = layers;
  if (layer === undefined) throw new Error('the image has no layer');
  await using registry = await serveRegistry(on.store);
  const path = `/v2/a/blobs/${layer.digest}`;
  const whole = await ask(registry.origin, 'GET', path);
  assert.is(whole.status, 200);
  assert.is(hash(whole.body), layer.digest);
  assert.is(whole.headers['content-length'], String(layer.size));
  assert.is(whole.headers['accept-ranges'], 'bytes');
  assert.is(whole.headers['docker-content-digest'], layer.digest);

  const head = await ask(registry.origin, 'HEAD', path);
  assert.is(head.headers['content-length'], String(layer.size));

  const rest = await ask(registry.origin, 'GET', path, { headers: { range: 'bytes=1234567-' } });
  assert.is(rest.status, 206);
  assert.is(rest.headers['content-range'], `bytes 1234567-${layer.size - 1}/${layer.size}`);
  assert.ok(rest.body.equals(whole.body.subarray(1_234_567)));
  const three = await ask(registry.origin, 'GET', path, { headers: { range: 'bytes=5-7' } });
  assert.ok(three.body.equals(whole.body.subarray(5, 8)));
  const beyond = await ask(registry.origin, 'GET', path, {
    headers: { range: `bytes=${layer.size}-` },
  });
  assert.is(beyond.status, 416);
  assert.is(beyond.headers['content-range'], `bytes */${layer.size}`);
  const etag = whole.headers.etag ?? '';
  const same = await ask(registry.origin, 'GET', path, { headers: { 'if-none-match': etag } });
  assert.is(same.status, 304);
});

test('lists tags page by page', async () => {
  await using on = await testStore();
  for (const tag of ['c', 'a', 'B']) await addImage(on, `app:${tag}`);
  await using registry = await serveRegistry(on.store);
  const all = await ask(registry.origin, 'GET', '/v2/app/tags/list');
  assert.equal(json(all), { name: 'app', tags: ['a', 'B', 'c'] });
  assert.is(all.headers['link'], undefined);
  const first = await ask(registry.origin, 'GET', '/v2/app/tags/list?n=2');
  assert.equal(json(first), { name: 'app', tags: ['a', 'B'] });
  assert.is(first.headers['link'], '</v2/app/tags/list?n=2&last=B>; rel="next"');
  const second = await ask(registry.origin, 'GET', '/v2/app/tags/list?n=2&last=B');
  assert.equal(json(second), { name: 'app', tags: ['c'] });
  const unknown = await ask(registry.origin, 'GET', '/v2/other/tags/list');
  assert.is(unknown.status, 404);
  assert.equal(codesOf(unknown), ['NAME_UNKNOWN']);
  const wrong = await ask(registry.origin, 'GET', '/v2/app/tags/list?n=-1');
  assert.is(wrong.status, 400);
  assert.equal(codesOf(wrong), ['PAGINATION_NUMBER_INVALID']);
});

test('what is not there is told in the form of the spec', async () => {
  await using on = await testStore();
  const { layers } = await addImage(on, 'a:1');
  await using registry = await serveRegistry(on.store);
  const nothing = `sha256:${'0'.repeat(64)}`;
  const table: [string, number, string][] = [
    ['/v2/a/manifests/2', 404, 'MANIFEST_UNKNOWN'],
    ['/v2/b/manifests/1', 404, 'NAME_UNKNOWN'],
    [`/v2/a/manifests/${nothing}`, 404, 'MANIFEST_UNKNOWN'],
    // A layer is no manifest, even by its own digest.
    [`/v2/a/manifests/${layers[0]?.digest}`, 404, 'MANIFEST_UNKNOWN'],
    [`/v2/a/blobs/${nothing}`, 404, 'BLOB_UNKNOWN'],
  ];
  for (const [path, status, code] of table) {
    const answer = await ask(registry.origin, 'GET', path);
    assert.is(answer.status, status, path);
    assert.equal(codesOf(answer), [code], path);
    const head = await ask(registry.origin, 'HEAD', path);
    assert.is(head.status, status, path);
    assert.is(head.body.length, 0);
  }
});

test('serves an index, and a docker schema 2 manifest, as what they are', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  const { layout } = on.store;
  const { writeBlob } = await import('@ctrkit/layout');
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ ...image.manifest, platform: { os: 'linux', architecture: 'amd64' } }],
    }),
  );
  const docker = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { mediaType: mediaTypes.dockerConfig, ...image.config },
      layers: image.layers.map((layer) => ({ mediaType: mediaTypes.dockerLayer, ...layer })),
    }),
  );
  for (const [name, mediaType, bytes] of [
    ['b:1', mediaTypes.index, index],
    ['c:1', mediaTypes.dockerManifest, docker],
  ] as const) {
    const blob = await writeBlob(layout, undefined, [bytes] as never);
    await tagManifest(layout, name, { mediaType, ...blob });
  }
  await using registry = await serveRegistry(on.store);
  const b = await ask(registry.origin, 'GET', '/v2/b/manifests/1');
  assert.is(b.headers['content-type'], mediaTypes.index);
  assert.ok(b.body.equals(index));
  const c = await ask(registry.origin, 'GET', '/v2/c/manifests/1');
  assert.is(c.headers['content-type'], mediaTypes.dockerManifest);
  assert.ok(c.body.equals(docker));
});

test('serves any layout directory whose images have names', async () => {
  await using on = await testStore();
  const directory = join(on.aside, 'layout');
  const image = await makeImageLayout(directory, { layers: [], tag: 'hello-world:latest' });
  await using registry = await serveRegistry(await openLayout(directory), { readOnly: true });
  const answer = await ask(registry.origin, 'GET', '/v2/hello-world/manifests/latest');
  assert.is(answer.headers['docker-content-digest'], image.manifest.digest);
});

test('referrers of an image without any are an empty index', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await using registry = await serveRegistry(on.store);
  const answer = await ask(registry.origin, 'GET', `/v2/a/referrers/${image.manifest.digest}`);
  assert.is(answer.status, 200);
  assert.is(answer.headers['content-type'], mediaTypes.index);
  assert.equal((json(answer) as { manifests: unknown }).manifests, []);
});

test('what cannot be done says which methods can', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await using registry = await serveRegistry(on.store);
  const table: [string, string][] = [
    ['/v2/a/manifests/1', 'GET, HEAD, PUT'],
    [`/v2/a/blobs/${image.config.digest}`, 'GET, HEAD'],
    ['/v2/_catalog', 'GET, HEAD'],
  ];
  for (const [path, allow] of table) {
    const answer = await ask(registry.origin, 'DELETE', path);
    assert.is(answer.status, 405);
    assert.is(answer.headers['allow'], allow);
    assert.equal(codesOf(answer), ['UNSUPPORTED']);
  }
});

test('tells of each request', async () => {
  await using on = await testStore();
  const seen: unknown[] = [];
  const registry = await serveRegistry(on.store, { onEvent: (event) => seen.push(event) });
  await ask(registry.origin, 'GET', '/v2/a/tags/list');
  await registry.close();
  assert.equal(seen, [{ type: 'request', method: 'GET', url: '/v2/a/tags/list', status: 404 }]);
});

function hash(bytes: Buffer): string {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

test.run();
