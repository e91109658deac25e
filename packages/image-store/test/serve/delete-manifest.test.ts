import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { serveRegistry } from '../../src/index.ts';
import { addImage, ask, codesOf, testStore } from '../support.ts';
import type { TestStore } from '../support.ts';
import { begin, manifestOf, put, sha256 } from './pushing.ts';

const serve = (on: TestStore) => serveRegistry(on.store, { allowDelete: true });

const names = async (on: TestStore) => (await on.store.list()).map(({ name }) => name);

test('a tag is that name alone', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  const { manifest } = await addImage(on, 'app:1');
  await on.store.tag('app:1', 'app:2');
  const { origin } = registry;
  assert.is((await ask(origin, 'DELETE', '/v2/app/manifests/1')).status, 202);
  assert.is((await ask(origin, 'GET', '/v2/app/manifests/1')).status, 404);
  assert.is((await ask(origin, 'GET', `/v2/app/manifests/${manifest.digest}`)).status, 200);
  assert.equal(await names(on), ['docker.io/library/app:2']);
});

test('a digest is every name that it has in that repository, and in no other', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  const { manifest } = await addImage(on, 'app:1');
  await on.store.tag('app:1', 'app:2');
  await on.store.tag('app:1', 'other:1');
  const { origin } = registry;
  const path = `/v2/app/manifests/${manifest.digest}`;
  assert.is((await ask(origin, 'DELETE', path)).status, 202);
  assert.equal(await names(on), ['docker.io/library/other:1']);
  // Under its other name it is still there.
  assert.is((await ask(origin, 'GET', path)).status, 200);
  await ask(origin, 'DELETE', `/v2/other/manifests/${manifest.digest}`);
  for (const method of ['GET', 'DELETE']) {
    const answer = await ask(origin, method, path);
    assert.equal([answer.status, codesOf(answer)], [404, ['MANIFEST_UNKNOWN']], method);
  }
});

test('what was deleted can be pushed again', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  const { origin } = registry;
  const pushed = await manifestOf(origin, 'app', 'one');
  const path = `/v2/app/manifests/${pushed.digest}`;
  await put(origin, path, pushed);
  assert.is((await ask(origin, 'DELETE', path)).status, 202);
  assert.is((await ask(origin, 'GET', path)).status, 404);
  assert.is((await put(origin, path, pushed)).status, 201);
  assert.is((await ask(origin, 'GET', path)).status, 200);
});

test('what an index lists stays with the index', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  const { origin } = registry;
  const child = await manifestOf(origin, 'app', 'one');
  await put(origin, `/v2/app/manifests/${child.digest}`, child);
  const { mediaType, digest, body } = child;
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ mediaType, digest, size: body.length }],
    }),
  );
  const whole = { body: index, digest: sha256(index), mediaType: mediaTypes.index };
  await put(origin, '/v2/app/manifests/multi', whole);
  const answer = await ask(origin, 'DELETE', `/v2/app/manifests/${child.digest}`);
  assert.equal([answer.status, codesOf(answer)], [405, ['UNSUPPORTED']]);
  assert.is((await ask(origin, 'GET', `/v2/app/manifests/${child.digest}`)).status, 200);
});

test('what is not there, and what cannot be', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  await addImage(on, 'app:1');
  for (const [path, status, code] of [
    ['/v2/app/manifests/2', 404, 'MANIFEST_UNKNOWN'],
    ['/v2/other/manifests/1', 404, 'MANIFEST_UNKNOWN'],
    [`/v2/app/manifests/${sha256(Buffer.from('x'))}`, 404, 'MANIFEST_UNKNOWN'],
    ['/v2/app/manifests/sha256:xyz', 400, 'DIGEST_INVALID'],
    ['/v2/app/manifests/a%20b', 400, 'TAG_INVALID'],
    [`/v2/app/blobs/${sha256(Buffer.from('x'))}`, 405, 'UNSUPPORTED'],
  ] as const) {
    const answer = await ask(registry.origin, 'DELETE', path);
    assert.equal([answer.status, codesOf(answer)], [status, [code]], path);
  }
  assert.equal(await names(on), ['docker.io/library/app:1']);
});

test('an upload can be called off', async () => {
  await using on = await testStore();
  await using registry = await serve(on);
  const location = await begin(registry.origin, 'app');
  assert.is((await ask(registry.origin, 'DELETE', location)).status, 204);
  assert.is((await ask(registry.origin, 'GET', location)).status, 404);
  assert.is((await ask(registry.origin, 'DELETE', location)).status, 404);
});

test('deletion is off unless it was asked for, and a web page gets none', async () => {
  await using on = await testStore();
  await addImage(on, 'app:1');
  await using closed = await serveRegistry(on.store);
  assert.is((await ask(closed.origin, 'DELETE', '/v2/app/manifests/1')).status, 405);
  await using open = await serve(on);
  const headers = { origin: 'http://evil.test' };
  assert.is((await ask(open.origin, 'DELETE', '/v2/app/manifests/1', { headers })).status, 403);
  assert.equal(await names(on), ['docker.io/library/app:1']);
});

test.run();
