import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { serveRegistry } from '../../src/index.ts';
import { addImage, ask, codesOf, testStore } from '../support.ts';
import type { Answer } from '../support.ts';
import { manifestOf, pushBlob, put, sha256 } from './pushing.ts';
import type { Pushed } from './pushing.ts';

test('an image is visible when its manifest is there, and not before', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { origin } = registry;
  const pushed = await manifestOf(origin, 'app', 'one');
  assert.equal(await on.store.list(), []);
  const answer = await put(origin, '/v2/app/manifests/v1', pushed);
  assert.is(answer.status, 201);
  assert.is(answer.headers['docker-content-digest'], pushed.digest);
  const [record] = await on.store.list();
  assert.is(record?.name, 'docker.io/library/app:v1');
  const again = await manifestOf(origin, 'app', 'two');
  await put(origin, '/v2/app/manifests/v1', again);
  // The old one can be asked for by its digest.
  assert.equal(
    (await on.store.list()).map(({ name, target }) => [name, target.digest]),
    [
      [undefined, pushed.digest],
      ['docker.io/library/app:v1', again.digest],
    ],
  );
});

test('a manifest whose blobs are not here is refused', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const missing = { mediaType: mediaTypes.layer, digest: sha256(Buffer.from('no')), size: 2 };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { ...missing, mediaType: mediaTypes.config },
    layers: [missing],
  };
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...missing, mediaType: mediaTypes.manifest }],
  };
  for (const value of [manifest, index]) {
    const body = Buffer.from(JSON.stringify(value));
    const answer = await put(registry.origin, '/v2/a/manifests/1', {
      body,
      digest: '',
      mediaType: value.mediaType,
    });
    assert.is(answer.status, 404);
    assert.equal(codesOf(answer), ['MANIFEST_BLOB_UNKNOWN']);
  }
  assert.equal(await on.store.list(), []);
});

test('a blob of another size than the manifest says does not count as here', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const digest = await pushBlob(registry.origin, 'a', Buffer.from('{}'));
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest, size: 3 },
      layers: [],
    }),
  );
  const answer = await put(registry.origin, '/v2/a/manifests/1', {
    body,
    digest: '',
    mediaType: mediaTypes.manifest,
  });
  assert.equal(codesOf(answer), ['MANIFEST_BLOB_UNKNOWN']);
});

test('bad manifests are refused, each for its reason', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { origin } = registry;
  const good = await manifestOf(origin, 'a', 'good');
  const both = { schemaVersion: 2, mediaType: mediaTypes.manifest, layers: [], manifests: [] };
  const table: [string, Pushed, number, string][] = [
    ['not JSON', { ...good, body: Buffer.from('{') }, 400, 'MANIFEST_INVALID'],
    ['both kinds', { ...good, body: Buffer.from(JSON.stringify(both)) }, 400, 'MANIFEST_INVALID'],
    ['another type', { ...good, mediaType: mediaTypes.index }, 400, 'MANIFEST_INVALID'],
    ['a type of nothing', { ...good, mediaType: 'text/html' }, 400, 'MANIFEST_INVALID'],
    ['schema 1', { ...good, mediaType: mediaTypes.dockerManifestV1Signed }, 400, 'MANIFEST_INVALID'], // prettier-ignore
    ['empty', { ...good, body: Buffer.alloc(0) }, 400, 'MANIFEST_INVALID'],
    ['5 MiB', { ...good, body: Buffer.alloc(5 * 1024 * 1024, 0x20) }, 413, 'SIZE_INVALID'],
  ];
  for (const [what, pushed, status, code] of table) {
    const answer = await put(origin, '/v2/a/manifests/1', pushed).catch((error: unknown) => error);
    // A body that is not read to its end may cut the connection under the client.
    if (answer instanceof Error && what === '5 MiB') continue;
    assert.is((answer as Answer).status, status, what);
    assert.equal(codesOf(answer as Answer), [code], what);
  }
  for (const [reference, code] of [
    [sha256(Buffer.from('other')), 'DIGEST_INVALID'],
    ['sha256:123', 'DIGEST_INVALID'],
    ['.hidden', 'TAG_INVALID'],
    ['a'.repeat(129), 'TAG_INVALID'],
  ] as const) {
    const answer = await put(origin, `/v2/a/manifests/${reference}`, good);
    assert.is(answer.status, 400);
    assert.equal(codesOf(answer), [code]);
  }
  assert.equal(await on.store.list(), []);
});

test('a manifest without a Content-Type is what it says it is', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const pushed = await manifestOf(registry.origin, 'a', 'x');
  const answer = await ask(registry.origin, 'PUT', '/v2/a/manifests/1', { body: pushed.body });
  assert.is(answer.status, 201);
});

test('children of an index come by digest and vanish into it', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { origin } = registry;
  const child = await manifestOf(origin, 'multi', 'child');
  assert.is((await put(origin, `/v2/multi/manifests/${child.digest}`, child)).status, 201);
  assert.is((await ask(origin, 'HEAD', `/v2/multi/manifests/${child.digest}`)).status, 200);
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [
        {
          mediaType: child.mediaType,
          digest: child.digest,
          size: child.body.length,
          platform: { os: 'linux', architecture: 'amd64' },
        },
      ],
    }),
  );
  await put(origin, '/v2/multi/manifests/1', { body, digest: '', mediaType: mediaTypes.index });
  const records = await on.store.list();
  assert.equal(
    records.map(({ name }) => name),
    ['docker.io/library/multi:1'],
  );
  await on.store.collectGarbage({ minimumAge: 0 });
  assert.is((await ask(origin, 'GET', `/v2/multi/manifests/${child.digest}`)).status, 200);
});

test('a manifest about another one is listed among its referrers', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { origin } = registry;
  const image = await addImage(on, 'a:1');
  const empty = await pushBlob(origin, 'a', Buffer.from('{}'));
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: 'application/x-signature',
      config: { mediaType: mediaTypes.empty, digest: empty, size: 2 },
      layers: [{ mediaType: mediaTypes.empty, digest: empty, size: 2 }],
      subject: image.manifest,
      annotations: { who: 'me' },
    }),
  );
  const pushed = { body, digest: sha256(body), mediaType: mediaTypes.manifest };
  const answer = await put(origin, `/v2/a/manifests/${pushed.digest}`, pushed);
  assert.is(answer.status, 201);
  assert.is(answer.headers['oci-subject'], image.manifest.digest);
  const path = `/v2/a/referrers/${image.manifest.digest}`;
  const all = await ask(origin, 'GET', path);
  assert.equal((JSON.parse(all.body.toString()) as { manifests: unknown }).manifests, [
    {
      mediaType: mediaTypes.manifest,
      digest: pushed.digest,
      size: body.length,
      artifactType: 'application/x-signature',
      annotations: { who: 'me' },
    },
  ]);
  const other = await ask(origin, 'GET', `${path}?artifactType=application/x-other`);
  assert.is(other.headers['oci-filters-applied'], 'artifactType');
  assert.equal((JSON.parse(other.body.toString()) as { manifests: unknown }).manifests, []);
});

test('garbage collection waits for a push to end', async () => {
  await using on = await testStore();
  const registry = await serveRegistry(on.store);
  const pushed = await manifestOf(registry.origin, 'a', 'x');
  const during = await on.store.collectGarbage({ minimumAge: 0 });
  assert.ok(during.deferred);
  assert.is((await put(registry.origin, '/v2/a/manifests/1', pushed)).status, 201);
  await registry.close();
  const after = await on.store.collectGarbage({ minimumAge: 0 });
  assert.equal(after, { deleted: [], reclaimed: 0, deferred: false });
});

test('a push to an image of a registry with a port means that image', async () => {
  await using on = await testStore();
  await addImage(on, 'localhost:5000/own:1');
  await using registry = await serveRegistry(on.store);
  const pushed = await manifestOf(registry.origin, 'localhost_5000/own', 'new');
  await put(registry.origin, '/v2/localhost_5000/own/manifests/1', pushed);
  const records = (await on.store.list()).filter(({ name }) => name !== undefined);
  assert.equal(
    records.map(({ name, target }) => [name, target.digest]),
    [['localhost:5000/own:1', pushed.digest]],
  );
});

test.run();
