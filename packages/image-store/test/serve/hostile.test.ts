import { mkdir, readdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { serveRegistry } from '../../src/index.ts';
import type { ServeEvent } from '../../src/index.ts';
import { addImage, ask, blobsOf, codeOf, codesOf, leftovers, testStore } from '../support.ts';

const zeros = `sha256:${'0'.repeat(64)}`;

/** Sends bytes as they are and gives back all that comes, until the other side closes. */
function raw(port: number, text: string, waitMs = 3000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    const done = (): void => {
      socket.destroy();
      resolve(said);
    };
    const timer = setTimeout(done, waitMs);
    socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      done();
    });
    socket.write(text);
  });
}

test('no path leads out of the blobs', async () => {
  await using on = await testStore();
  await writeFile(join(on.aside, 'secret'), 'secret');
  await addImage(on, 'a:1');
  await using registry = await serveRegistry(on.store);
  for (const path of [
    '/v2/a/blobs/../../../../secret',
    '/v2/a/blobs/..%2f..%2f..%2fsecret',
    '/v2/a/blobs/%2e%2e/%2e%2e/secret',
    '/v2/a/blobs/sha256:..%2f..%2f..%2fsecret',
    '/v2/a/blobs/sha256:../../../secret',
    `/v2/a/blobs/sha256:${'..%2f'.repeat(21)}0`,
    '/v2/a/manifests/..%2f..%2findex.json',
    '/v2/a/manifests/../../index.json',
    '/v2/../index.json',
    '/index.json',
    '/v2/a/blobs/uploads/..%2f..%2f..%2fsecret',
    '/v2/a/blobs/uploads/../../../../secret',
    '//v2/a/manifests/1',
    '/v2\\a\\manifests\\1',
  ]) {
    const answer = await ask(registry.origin, 'GET', path);
    assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
    assert.is(codesOf(answer).length, 1, path);
    assert.not(answer.body.toString().includes(on.root), path);
  }
});

test('a link or a pipe in the place of a blob is not followed or waited for', async () => {
  await using on = await testStore();
  await writeFile(join(on.aside, 'secret'), 'secret');
  const blobs = join(on.root, 'blobs', 'sha256');
  await symlink(join(on.aside, 'secret'), join(blobs, '0'.repeat(64)));
  await mkdir(join(blobs, '1'.repeat(64)));
  await using registry = await serveRegistry(on.store);
  for (const digit of '01') {
    const answer = await ask(registry.origin, 'GET', `/v2/a/blobs/sha256:${digit.repeat(64)}`);
    assert.equal(codesOf(answer), ['BLOB_UNKNOWN']);
  }
});

test('web pages are refused, directly and by a name of theirs', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const own = `127.0.0.1:${registry.port}`;
  for (const headers of [
    { host: own, origin: 'http://evil.example' },
    { host: own, 'sec-fetch-site': 'cross-site' },
    { host: `evil.example:${registry.port}` },
    { host: '127.0.0.1.evil.example' },
    { host: 'localhost.evil.example' },
  ]) {
    const answer = await ask(registry.origin, 'POST', '/v2/a/blobs/uploads/', { headers });
    assert.is(answer.status, 403, JSON.stringify(headers));
    assert.equal(codesOf(answer), ['DENIED']);
  }
  const nameless = 'GET /v2/ HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n';
  assert.match(await raw(registry.port, nameless), /^HTTP\/1\.1 403 /);
  assert.match(await raw(registry.port, 'GET /v2/ HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 403 /);
  for (const host of [`localhost:${registry.port}`, '[::1]:80', '127.0.0.1']) {
    const answer = await ask(registry.origin, 'GET', '/v2/', { headers: { host } });
    assert.is(answer.status, 200, host);
  }
});

test('serves on loopback only', async () => {
  await using on = await testStore();
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '']) {
    assert.is(await codeOf(serveRegistry(on.store, { host })), 'ADDRESS_NOT_LOOPBACK', host);
  }
});

test('an address that is taken is told', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { port } = registry;
  assert.is(await codeOf(serveRegistry(on.store, { port })), 'ADDRESS_UNAVAILABLE');
});

test('a read-only registry takes nothing', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store, { readOnly: true });
  for (const [method, path] of [
    ['POST', '/v2/a/blobs/uploads/'],
    ['POST', `/v2/a/blobs/uploads/?digest=${zeros}`],
    ['PUT', '/v2/a/manifests/1'],
    ['PATCH', '/v2/a/blobs/uploads/x'],
    ['PUT', `/v2/a/blobs/uploads/x?digest=${zeros}`],
    ['DELETE', '/v2/a/manifests/1'],
  ] as const) {
    const body = method === 'DELETE' ? {} : { body: 'x' };
    const answer = await ask(registry.origin, method, path, body);
    assert.is(answer.status, 405, `${method} ${path}`);
  }
  await registry.close();
  assert.equal(await leftovers(on.root), []);
});

test('a manifest that says it is huge is refused before it is sent', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const said = await raw(
    registry.port,
    'PUT /v2/a/manifests/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n',
  );
  assert.match(said, /^HTTP\/1\.1 413 /);
  assert.match(said, /SIZE_INVALID/);
  assert.match(said, /connection: close/i);
});

test('a manifest that never ends is cut off', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  let sent = 0;
  const endless = new Readable({
    read() {
      sent += 65_536;
      this.push(Buffer.alloc(65_536, 0x20));
    },
  });
  const answer = await ask(registry.origin, 'PUT', '/v2/a/manifests/1', { body: endless }).catch(
    (error: unknown) => error,
  );
  endless.destroy();
  if (!(answer instanceof Error)) assert.is((answer as { status: number }).status, 413);
  // What lies in the buffers of two sockets comes on top of the 4 MiB.
  assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes`);
});

test('requests that are no HTTP, or have huge heads, do not stop it', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const { port } = registry;
  assert.match(await raw(port, '\x16\x03\x01\x02\x00\x01\x00'.repeat(9)), /^HTTP\/1\.1 400 /);
  const head = `GET /v2/ HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`;
  assert.match(await raw(port, head), /^HTTP\/1\.1 431 /);
  const long = `GET /v2/${'a/'.repeat(4000)}manifests/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  assert.match(await raw(port, long), /^HTTP\/1\.1 400 /);
  assert.is((await ask(registry.origin, 'GET', '/v2/')).status, 200);
});

test('uploads of one repository are unknown to another, and made-up ones to all', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const begun = await ask(registry.origin, 'POST', '/v2/a/blobs/uploads/');
  const id = (begun.headers.location ?? '').split('/').at(-1);
  for (const path of [
    `/v2/b/blobs/uploads/${id}`,
    '/v2/a/blobs/uploads/x',
    '/v2/a/blobs/uploads/__proto__',
  ]) {
    const answer = await ask(registry.origin, 'PATCH', path, { body: 'x' });
    assert.is(answer.status, 404);
    assert.equal(codesOf(answer), ['BLOB_UPLOAD_UNKNOWN']);
  }
});

test('an upload takes one request at a time', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const begun = await ask(registry.origin, 'POST', '/v2/a/blobs/uploads/');
  const location = begun.headers.location ?? '';
  const slow = new Readable({ read: () => undefined });
  slow.push('first');
  const first = ask(registry.origin, 'PATCH', location, { body: slow });
  await sleep(200);
  const second = await ask(registry.origin, 'PATCH', location, { body: 'second' });
  assert.is(second.status, 409);
  slow.push(null);
  assert.is((await first).headers['range'], '0-4');
});

test('Content-Range that lies is refused', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  const begun = await ask(registry.origin, 'POST', '/v2/a/blobs/uploads/');
  const location = begun.headers.location ?? '';
  for (const [range, status] of [
    ['0-9', 400],
    ['5-7', 416],
    ['2-0', 416],
    ['x', 400],
    [`0-${'9'.repeat(99)}`, 400],
  ] as const) {
    const headers = { 'content-range': range };
    const answer = await ask(registry.origin, 'PATCH', location, { body: 'abc', headers });
    assert.is(answer.status, status, range);
  }
});

test('missing and malformed digests of an upload are refused', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  for (const query of ['', '?digest=', '?digest=sha256:x', '?digest=md5:00', '?digest=../../x']) {
    const begun = await ask(registry.origin, 'POST', '/v2/a/blobs/uploads/');
    const answer = await ask(registry.origin, 'PUT', `${begun.headers.location}${query}`, {
      body: 'x',
    });
    assert.is(answer.status, 400, query);
    assert.equal(codesOf(answer), ['DIGEST_INVALID']);
  }
  assert.equal(await blobsOf(on.root), []);
});

test('names that docker refuses cannot be pushed', async () => {
  await using on = await testStore();
  await using registry = await serveRegistry(on.store);
  for (const name of ['f'.repeat(64), 'a'.repeat(255), 'Upper', 'a..b', 'a/', '/a', 'a b']) {
    const path = `/v2/${encodeURI(name)}/blobs/uploads/`;
    const answer = await ask(registry.origin, 'POST', path);
    assert.ok(answer.status === 400, `${name}: ${answer.status}`);
    assert.equal(codesOf(answer), ['NAME_INVALID'], name);
  }
});

test('a manifest that was damaged on disk is not given out', async () => {
  await using on = await testStore();
  const { manifest } = await addImage(on, 'a:1');
  const path = join(on.root, 'blobs', 'sha256', manifest.digest.slice(7));
  await writeFile(path, '{"schemaVersion":2,"layers":[]}'.padEnd(manifest.size));
  const faults: ServeEvent[] = [];
  await using registry = await serveRegistry(on.store, {
    onEvent: (event) => {
      if (event.type === 'fault') faults.push(event);
    },
  });
  const answer = await ask(registry.origin, 'GET', '/v2/a/manifests/1');
  assert.is(answer.status, 500);
  assert.equal(codesOf(answer), ['UNKNOWN']);
  assert.not(answer.body.toString().includes(on.root));
  assert.is(faults.length, 1);
});

test('a blob that shrinks while it is sent ends in a cut connection, not in silence', async () => {
  await using on = await testStore();
  const path = join(on.root, 'blobs', 'sha256', '0'.repeat(64));
  await writeFile(path, Buffer.alloc(64 * 1024 * 1024));
  await using registry = await serveRegistry(on.store);
  const socket = connect(registry.port, '127.0.0.1');
  socket.write(`GET /v2/a/blobs/${zeros} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await sleep(200);
  await truncate(path, 1000);
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  await new Promise((resolve) => socket.once('close', resolve));
  assert.ok(received < 64 * 1024 * 1024);
});

test('clients that go away leave no file open', async () => {
  await using on = await testStore();
  const path = join(on.root, 'blobs', 'sha256', '0'.repeat(64));
  await writeFile(path, Buffer.alloc(64 * 1024 * 1024));
  await using registry = await serveRegistry(on.store);
  const before = (await readdir('/proc/self/fd')).length;
  for (let count = 0; count < 20; count++) {
    const socket = connect(registry.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const request = `GET /v2/a/blobs/${zeros} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    // Two requests at once: the second waits behind the first, and is given up with it.
    socket.write(request + request);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
  }
  let after = Infinity;
  for (let tries = 0; after > before && tries < 50; tries++) {
    await sleep(50);
    after = (await readdir('/proc/self/fd')).length;
  }
  assert.ok(after <= before, `${before} open files before, ${after} after`);
});

test.run();
