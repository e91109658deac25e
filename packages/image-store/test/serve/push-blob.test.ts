import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { serveRegistry } from '../../src/index.ts';
import { addImage, ask, blobsOf, codesOf, leftovers, testStore } from '../support.ts';
import { begin, pushBlob, sha256, sha512 } from './pushing.ts';

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
  const digest = await pushBlob(registry.origin, 'a', new Uint8Array());
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
