import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaTypes } from '@ctrkit/oci';
import { serveRegistry } from '../../src/index.ts';
import { addImage, ask, blobsOf, codesOf, leftovers, testStore } from '../support.ts';
import type { Answer } from '../support.ts';

const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const sha512 = (bytes: Uint8Array): string =>
  `sha512:${createHash('sha512').update(bytes).digest('hex')}`;

const none = new Uint8Array();

async function begin(origin: string, repository: string): Promise<string> {
  const answer = await ask(origin, 'POST', `/v2/${repository}/blobs/uploads/`, { body: none });
  assert.is(answer.status, 202);
  return answer.headers.location ?? '';
}

async function pushBlob(origin: string, repository: string, bytes: Uint8Array): Promise<string> {
  const location = await begin(origin, repository);
  const digest = sha256(bytes);
  const answer = await ask(origin, 'PUT', `${location}?digest=${digest}`, { body: bytes });
  assert.is(answer.status, 201);
  return digest;
}

interface Pushed {
  readonly body: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

async function manifestOf(origin: string, repository: string, text: string): Promise<Pushed> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      author: text,
    }),
  );
  const digest = await pushBlob(origin, repository, config);
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest, size: config.length },
      layers: [],
    }),
  );
  return { body, digest: sha256(body), mediaType: mediaTypes.manifest };
}

function put(origin: string, path: string, { body, mediaType }: Pushed): Promise<Answer> {
  return ask(origin, 'PUT', path, { body, headers: { 'content-type': mediaType } });
}

test('takes a blob in one piece by PUT', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const bytes = randomBytes(2_500_000);
  const digest = await pushBlob(registry.origin, 'a', bytes);
  const back = await ask(registry.origin, 'GET', `/v2/a/blobs/${digest}`);
  assert.ok(back.body.equals(bytes));
});

test('takes a blob in one piece by POST', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const bytes = randomBytes(1000);
  const path = `/v2/a/blobs/uploads/?digest=${sha256(bytes)}`;
  const answer = await ask(registry.origin, 'POST', path, { body: bytes });
  assert.is(answer.status, 201);
  assert.is(answer.headers.location, `/v2/a/blobs/${sha256(bytes)}`);
  assert.equal(await blobsOf(on.root), [sha256(bytes)]);
});

test('takes a blob in pieces, in order, and tells how far it is', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { origin } = registry;
  const bytes = randomBytes(300_000);
  const location = await begin(origin, 'a');
  const first = await ask(origin, 'PATCH', location, {
    body: bytes.subarray(0, 100_000),
    headers: { 'content-range': '0-99999' },
  });
  assert.is(first.status, 202);
  assert.is(first.headers['range'], '0-99999');
  const status = await ask(origin, 'GET', location);
  assert.is(status.status, 204);
  assert.is(status.headers['range'], '0-99999');

  const gap = await ask(origin, 'PATCH', location, {
    body: bytes.subarray(200_000),
    headers: { 'content-range': '200000-299999' },
  });
  assert.is(gap.status, 416);
  assert.is(gap.headers['range'], '0-99999');
  assert.is(gap.headers.location, location);

  const second = await ask(origin, 'PATCH', location, {
    // No Content-Length: chunked, as skopeo sends it.
    body: Readable.from([bytes.subarray(100_000, 150_000), bytes.subarray(150_000, 200_000)]),
  });
  assert.is(second.status, 202);
  const last = await ask(origin, 'PUT', `${location}?digest=${sha256(bytes)}`, {
    body: bytes.subarray(200_000),
    headers: { 'content-range': '200000-299999' },
  });
  assert.is(last.status, 201);
  assert.equal(await blobsOf(on.root), [sha256(bytes)]);
  assert.is((await ask(origin, 'GET', location)).status, 404);
  assert.equal(await leftovers(join(on.root)), await readdir(join(on.root, 'leases')));
});

test('takes an empty blob', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const digest = await pushBlob(registry.origin, 'a', none);
  const back = await ask(registry.origin, 'GET', `/v2/a/blobs/${digest}`);
  assert.is(back.status, 200);
  assert.is(back.headers['content-length'], '0');
});

test('takes a blob by its sha512', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const bytes = randomBytes(1000);
  const location = await begin(registry.origin, 'a');
  const answer = await ask(registry.origin, 'PUT', `${location}?digest=${sha512(bytes)}`, {
    body: bytes,
  });
  assert.is(answer.status, 201);
  const back = await ask(registry.origin, 'GET', `/v2/a/blobs/${sha512(bytes)}`);
  assert.ok(back.body.equals(bytes));
});

test('a blob of another digest is refused and forgotten', async () => {
  await using on = await testStore();
  const registry = await serveRegistry(on.store);
  for (const digest of [sha256(Buffer.from('x')), sha512(Buffer.from('x'))]) {
    const location = await begin(registry.origin, 'a');
    const answer = await ask(registry.origin, 'PUT', `${location}?digest=${digest}`, { body: 'y' });
    assert.is(answer.status, 400);
    assert.equal(codesOf(answer), ['DIGEST_INVALID']);
    assert.is((await ask(registry.origin, 'GET', location)).status, 404);
  }
  await registry.close();
  assert.equal(await blobsOf(on.root), []);
  assert.equal(await leftovers(on.root), []);
});

test('a blob that is here is mounted; another is to be uploaded', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  await using registry = await serveRegistry(on.store);
  const mount = await ask(
    registry.origin,
    'POST',
    `/v2/b/blobs/uploads/?mount=${config.digest}&from=a`,
  );
  assert.is(mount.status, 201);
  assert.is(mount.headers.location, `/v2/b/blobs/${config.digest}`);
  const absent = await ask(
    registry.origin,
    'POST',
    `/v2/b/blobs/uploads/?mount=sha256:${'0'.repeat(64)}&from=a`,
  );
  assert.is(absent.status, 202);
});

test('a connection that breaks loses nothing of what arrived', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const bytes = randomBytes(400_000);
  const location = await begin(registry.origin, 'a');
  const half = connect(registry.port, '127.0.0.1');
  half.write(`PATCH ${location} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n`);
  half.write(bytes.subarray(0, 200_000));
  await sleep(200);
  half.destroy();
  let arrived = 0;
  for (let tries = 0; arrived === 0 && tries < 100; tries++) {
    await sleep(50);
    const status = await ask(registry.origin, 'GET', location);
    const last = Number((status.headers['range'] ?? '').split('-')[1]);
    arrived = last === 0 ? 0 : last + 1;
  }
  assert.is(arrived, 200_000);
  const rest = await ask(registry.origin, 'PUT', `${location}?digest=${sha256(bytes)}`, {
    body: bytes.subarray(arrived),
  });
  assert.is(rest.status, 201);
});

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
  assert.equal(
    (await on.store.list()).map(({ target }) => target.digest),
    [again.digest],
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
  const records = await on.store.list();
  assert.equal(
    records.map(({ name, target }) => [name, target.digest]),
    [['localhost:5000/own:1', pushed.digest]],
  );
});

test('closing forgets unfinished uploads', async () => {
  await using on = await testStore();
  const registry = await serveRegistry(on.store);
  const location = await begin(registry.origin, 'a');
  await ask(registry.origin, 'PATCH', location, { body: 'half' });
  assert.is((await readdir(join(on.root, 'ingest'))).length, 1);
  await registry.close();
  assert.equal(await leftovers(on.root), []);
});

test.run();
