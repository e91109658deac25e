import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { verifyStream } from '@ctrkit/layout';
import { digestOf, parseReference } from '@ctrkit/oci';
import { scriptedRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PushBlobOptions, RegistryClientOptions } from '../src/index.ts';
import { uploadTarget } from '../src/push/upload-target.ts';
import type { HttpAnswer } from '../src/http/exchange.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry } from './support/fake-registry.ts';
import { eagerClient } from './support/impatient.ts';

const bytes = randomBytes(3_000_000);
const blob = { digest: digestOf(bytes), size: bytes.length };

/** The blob in chunks, as from a disk; the stream fails at its end unless it is the right one. */
async function* chunks(of: Uint8Array = bytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < of.length; at += 100_000) yield of.subarray(at, at + 100_000);
}
const source = () => verifyStream(blob)(chunks());

const pushTo = (
  { host }: { host: string },
  options: PushBlobOptions = {},
  client: RegistryClientOptions = {},
) => eagerClient(client).pushBlob(parseReference(`${host}/a/b`), blob, source, options);

const isPiece = ({ method }: IncomingMessage) => method === 'PATCH';

/** Reads so many bytes of a request, keeps them as the registry would, and hangs up. */
async function cut(registry: FakeRegistry, request: IncomingMessage, after: number): Promise<true> {
  // Reading that is left off takes it away.
  const { socket } = request;
  const id = /uploads\/(\d+)/.exec(request.url ?? '')?.[1] ?? '';
  let got = registry.uploads.parts.get(id) ?? Buffer.alloc(0);
  const end = got.length + after;
  for await (const chunk of request) {
    got = Buffer.concat([got, chunk as Buffer]).subarray(0, end);
    if (got.length === end) break;
  }
  registry.uploads.parts.set(id, got);
  socket.destroy();
  return true;
}

test('an upload that is cut goes on where the registry says that it is', async () => {
  await using registry = await FakeRegistry.start();
  let cuts = 0;
  const retries: unknown[] = [];
  registry.override = async (request) => {
    if (!isPiece(request) || cuts === 2) return false;
    cuts += 1;
    return await cut(registry, request, 1_000_000);
  };
  const outcome = await pushTo(registry, { onRetry: (error) => retries.push(error) });
  assert.is(outcome, 'uploaded');
  assert.equal(registry.blobs.get(blob.digest), bytes);
  assert.is(retries.length, 2);
  const ranges = registry.server.requests.flatMap(({ headers }) => headers['content-range'] ?? []);
  assert.equal(ranges, ['0-2999999', '1000000-2999999']);
  // What was left then is little, and went with the request that ends it.
  const last = registry.server.requests.at(-1);
  assert.equal([last?.method, last?.headers['content-length']], ['PUT', '1000000']);
  assert.is(registry.count('/blobs/uploads/', ['POST']), 1);
});

test('an upload that the registry has forgotten begins anew', async () => {
  await using registry = await FakeRegistry.start();
  let forgotten = false;
  registry.override = async (request) => {
    if (!isPiece(request) || forgotten) return false;
    forgotten = true;
    await cut(registry, request, 1_000_000);
    registry.uploads.parts.clear();
    return true;
  };
  assert.is(await pushTo(registry), 'uploaded');
  assert.is(registry.count('/blobs/uploads/', ['POST']), 2);
  assert.equal(registry.blobs.get(blob.digest), bytes);
});

test('an upload of which the registry does not tell how far it is begins anew', async () => {
  for (const status of [400, 403, 405, 501]) {
    await using registry = await FakeRegistry.start();
    let cuts = 0;
    registry.override = async (request, response) => {
      if (isPiece(request) && cuts++ === 0) return await cut(registry, request, 1_000_000);
      if (request.method !== 'GET') return false;
      response.writeHead(status).end();
      return true;
    };
    assert.is(await pushTo(registry), 'uploaded', String(status));
    assert.equal(registry.blobs.get(blob.digest), bytes);
    assert.is(registry.count('/blobs/uploads/', ['DELETE']), 1);
    assert.is(registry.count('/blobs/uploads/', ['POST']), 2);
  }
});

// Takes an answer that nobody gets.
const silent = { writeHead: () => silent, end: () => undefined };

test('an answer that was lost: the blob is found to be there', async () => {
  await using registry = await FakeRegistry.start();
  registry.override = async (request) => {
    if (request.method !== 'PUT') return false;
    await registry.uploads.answer(request, silent as never);
    request.socket.destroy();
    return true;
  };
  assert.is(await pushTo(registry), 'exists');
  assert.equal(registry.blobs.get(blob.digest), bytes);
});

test('429 and 5xx on every request of an upload, with the Retry-After of the registry', async () => {
  for (const [status, wait] of [
    [429, '0'],
    [503, '0'],
    [500, undefined],
  ] as const) {
    await using registry = await FakeRegistry.start();
    const refused = new Set<string>();
    registry.override = (request, response) => {
      const step = `${request.method} ${request.url?.split('?')[0]}`;
      if (refused.has(step)) return false;
      refused.add(step);
      response.writeHead(status, wait === undefined ? {} : { 'retry-after': wait }).end();
      return true;
    };
    const retry = { attempts: 6, firstDelayMs: 1 };
    assert.is(await pushTo(registry, {}, { retry }), 'uploaded', String(status));
    assert.equal(registry.blobs.get(blob.digest), bytes);
  }
});

test('a wait that is too long, and an error that does not pass, end it', async () => {
  for (const [status, headers, code] of [
    [429, { 'retry-after': '3600' }, 'RATE_LIMITED'],
    [503, {}, 'REGISTRY_ERROR'],
    [403, {}, 'DENIED'],
    [400, {}, 'REGISTRY_ERROR'],
    [405, {}, 'UNSUPPORTED'],
  ] as const) {
    await using registry = await FakeRegistry.start();
    registry.override = (request, response) => {
      if (isPiece(request)) response.writeHead(status, headers).end();
      return isPiece(request);
    };
    await expectCode(pushTo(registry), code);
    assert.is(registry.blobs.size, 0);
    assert.is(registry.uploads.parts.size, 0, 'it is told that no more will come');
  }
});

test('where the whole is too much for one request, it goes in pieces', async () => {
  for (const most of [2_000_000, 100]) {
    await using registry = await FakeRegistry.start();
    registry.override = (request, response) => {
      const isTooMuch = Number(request.headers['content-length'] ?? 0) > most;
      if (isTooMuch) response.writeHead(413, { connection: 'close' }).end();
      return isTooMuch;
    };
    // By its pieces of 64 MiB, of 16, of 4 and then of 1.
    const retry = { attempts: 6 };
    if (most === 100) await expectCode(pushTo(registry, {}, { retry }), 'REGISTRY_ERROR');
    else assert.is(await pushTo(registry, {}, { retry }), 'uploaded');
    assert.is(registry.blobs.size, most === 100 ? 0 : 1);
  }
});

test('a registry that is still busy with the connection that broke is waited for', async () => {
  await using registry = await FakeRegistry.start();
  let busy = 2;
  registry.override = (request, response) => {
    if (!isPiece(request) || busy-- <= 0) return false;
    response.writeHead(409, { connection: 'close' }).end();
    return true;
  };
  assert.is(await pushTo(registry), 'uploaded');
});

test('an upload that went on and was spoilt begins anew, once it did not go on it is given up', async () => {
  await using registry = await FakeRegistry.start();
  let cuts = 0;
  registry.override = async (request) => {
    if (!isPiece(request) || cuts === 1) return false;
    cuts += 1;
    await cut(registry, request, 1_000_000);
    const [id = ''] = registry.uploads.parts.keys();
    registry.uploads.parts.set(id, randomBytes(1_000_000));
    return true;
  };
  assert.is(await pushTo(registry), 'uploaded');
  assert.is(registry.count('/blobs/uploads/', ['POST']), 2);
  assert.equal(registry.blobs.get(blob.digest), bytes);
  await using never = await FakeRegistry.start();
  never.override = (request, response) => {
    if (request.method === 'PUT') response.writeHead(400).end();
    return request.method === 'PUT';
  };
  await expectCode(pushTo(never), 'REGISTRY_ERROR');
  assert.is(never.count('/blobs/uploads/', ['POST']), 1);
});

test('ranges that lie', async () => {
  const lies: [string, string][] = [
    ['0-99999999', 'PROTOCOL_ERROR'],
    ['5-10', 'PROTOCOL_ERROR'],
    ['everything', 'PROTOCOL_ERROR'],
    ['0-999', 'UPLOAD_TRUNCATED'],
  ];
  for (const [range, code] of lies) {
    await using registry = await FakeRegistry.start();
    registry.override = async (request, response) => {
      if (request.method !== 'PATCH' && request.method !== 'GET') return false;
      for await (const _ of request);
      response.writeHead(202, { range, location: request.url ?? '' }).end();
      return true;
    };
    await expectCode(pushTo(registry), code);
    assert.is(registry.blobs.size, 0);
  }
});

test('a registry that goes to and fro is not followed for ever', async () => {
  await using registry = await FakeRegistry.start();
  let asked = 0;
  registry.override = (request, response) => {
    if (isPiece(request)) {
      request.socket.destroy();
      return true;
    }
    if (request.method !== 'GET') return false;
    asked += 1;
    const range = asked % 2 === 0 ? '0-0' : '0-1499999';
    response.writeHead(204, { range, location: request.url ?? '' }).end();
    return true;
  };
  await expectCode(pushTo(registry), 'REGISTRY_UNREACHABLE');
  assert.ok(asked < 10, `asked ${asked} times`);
});

test('a registry that keeps it under another digest, or does not say that it has it', async () => {
  const answers: [number, Record<string, string>, string][] = [
    [201, { 'docker-content-digest': digestOf('other') }, 'DIGEST_MISMATCH'],
    [202, {}, 'PROTOCOL_ERROR'],
  ];
  for (const [status, headers, code] of answers) {
    await using registry = await FakeRegistry.start();
    registry.override = (request, response) => {
      if (request.method === 'PUT') response.writeHead(status, headers).end();
      return request.method === 'PUT';
    };
    await expectCode(pushTo(registry), code);
  }
});

test('a blob under sha512 that the registry also calls by its sha256', async () => {
  await using registry = await FakeRegistry.start();
  registry.override = async (request, response) => {
    if (request.method !== 'PUT') return false;
    for await (const _ of request);
    response.writeHead(201, { 'docker-content-digest': blob.digest }).end();
    return true;
  };
  const hex = createHash('sha512').update(bytes).digest('hex');
  const digest = `sha512:${hex}` as const;
  const reference = parseReference(`${registry.host}/a/b`);
  const pushed = eagerClient().pushBlob(reference, { ...blob, digest }, () => chunks());
  assert.is(await pushed, 'uploaded');
});

test('an early answer is none for the bytes that were not sent, whatever it says of them', async () => {
  const large = randomBytes(30_000_000);
  const identity = { digest: digestOf(large), size: large.length };
  for (const said of [{}, { range: `0-${large.length - 1}` }]) {
    await using registry = await FakeRegistry.start();
    let early = 0;
    registry.override = (request, response) => {
      if (!isPiece(request) || early++ > 0) return false;
      const headers = { location: request.url ?? '', connection: 'close', ...said };
      response.writeHead(202, headers).end();
      return true;
    };
    const reference = parseReference(`${registry.host}/a/b`);
    const retried: unknown[] = [];
    const pushed = eagerClient().pushBlob(
      reference,
      identity,
      () => verifyStream(identity)(chunks(large)),
      { onRetry: (error) => retried.push((error as { code?: string }).code) },
    );
    assert.is(await pushed, 'uploaded');
    assert.equal(retried, ['UPLOAD_TRUNCATED']);
    assert.ok(registry.blobs.get(identity.digest)?.equals(large));
  }
});

test('a blob of another length than it must have is pushed again', async () => {
  await using registry = await FakeRegistry.start();
  registry.override = (request, response) => {
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': '5' }).end();
    return request.method === 'HEAD';
  };
  assert.is(await pushTo(registry), 'uploaded');
});

/** A registry that wants the `n`th token that it gave, and gives the next one to whoever comes without it. */
function guard(registry: FakeRegistry, wanted: () => number) {
  let tokens = 0;
  registry.override = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/token') === true) {
      response.end(JSON.stringify({ token: `token-${tokens++}` }));
      return true;
    }
    if (request.headers.authorization === `Bearer token-${wanted()}`) return false;
    const realm = `${registry.server.origin}/token`;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    return true;
  };
}

test('one token, for pulling and pushing this repository, does for all of it', async () => {
  await using registry = await FakeRegistry.start();
  guard(registry, () => 0);
  assert.is(await pushTo(registry, { chunkSize: 1_000_000 }), 'uploaded');
  const asked = registry.server.requests.filter(({ url }) => url.startsWith('/token'));
  const scopes = asked.flatMap(({ url }) => new URL(url, 'http://x').searchParams.getAll('scope'));
  assert.equal(scopes, ['repository:a/b:pull,push']);
});

test('to mount, a token is asked for that also pulls from there', async () => {
  await using registry = await FakeRegistry.start();
  guard(registry, () => (registry.count('mount=') > 0 ? 1 : 0));
  await pushTo(registry, { mountFrom: 'base' }).catch(() => undefined);
  const asked = registry.server.requests.filter(({ url }) => url.startsWith('/token'));
  const scopes = asked.map(({ url }) => new URL(url, 'http://x').searchParams.getAll('scope'));
  assert.equal(scopes[1], ['repository:a/b:pull,push', 'repository:base:pull']);
});

test('a token that runs out in the middle is renewed, and the upload goes on', async () => {
  await using registry = await FakeRegistry.start();
  guard(registry, () => (registry.count('/blobs/uploads/', ['PATCH']) > 1 ? 1 : 0));
  assert.is(await pushTo(registry, { chunkSize: 1_000_000 }), 'uploaded');
  assert.equal(registry.blobs.get(blob.digest), bytes);
  assert.is(registry.count('/blobs/uploads/', ['POST']), 1);
  assert.is(registry.count('/token'), 2);
});

test('credentials that are never enough end it', async () => {
  await using registry = await FakeRegistry.start();
  guard(registry, () => (registry.count('/blobs/uploads/', ['PATCH']) > 0 ? 99 : 0));
  await expectCode(pushTo(registry), 'UNAUTHORIZED');
});

test('an upload that leads to another origin goes there without credentials, and none are given there', async () => {
  await using registry = await FakeRegistry.start();
  await using other = await FakeRegistry.start();
  const credentials = () => Promise.resolve({ username: 'me', password: 'hunter2' });
  registry.override = async (request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    }
    if (request.method !== 'POST') return false;
    other.uploads.parts.set('7', Buffer.alloc(0));
    const location = `http://user:pass@${other.host}/v2/a/b/blobs/uploads/7`;
    response.writeHead(202, { location }).end();
    return true;
  };
  await pushTo(registry, {}, { credentials });
  assert.equal(other.blobs.get(blob.digest), bytes);
  assert.ok(other.server.requests.every(({ headers }) => headers.authorization === undefined));
  // It asks for a login: it gets none, and the error tells nothing of ours.
  const next = digestOf('next');
  other.override = (_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    return true;
  };
  const error = await expectCode(
    eagerClient({ credentials }).pushBlob(
      parseReference(`${registry.host}/a/b`),
      { digest: next, size: 4 },
      () => chunks(Buffer.from('next')),
    ),
    'UNAUTHORIZED',
  );
  assert.ok(other.server.requests.every(({ headers }) => headers.authorization === undefined));
  assert.not.match(JSON.stringify([error.message, error.hint, error.stack]), /hunter2|pass@/);
});

test('an upload that comes back from another origin brings no credentials, and names nothing else', async () => {
  const credentials = () => Promise.resolve({ username: 'me', password: 'hunter2' });
  for (const [back, code] of [
    ['/v2/a/b/blobs/uploads/1', 'UNAUTHORIZED'],
    ['/v2/victim/manifests/latest', 'REDIRECT_REFUSED'],
  ] as const) {
    await using other = await scriptedRegistry(async (request, response) => {
      for await (const _ of request);
      const range = `0-${bytes.length - 1}`;
      response.writeHead(202, { location: `${registry.server.origin}${back}`, range }).end();
    });
    await using registry = await FakeRegistry.start();
    registry.override = (request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else if (request.method === 'HEAD') response.writeHead(404).end();
      else response.writeHead(202, { location: `${other.origin}/store/1` }).end();
      return true;
    };
    await expectCode(pushTo(registry, {}, { credentials }), code);
    const known = registry.server.requests.filter(({ headers }) => headers.authorization);
    assert.equal(
      known.map(({ method }) => method),
      ['HEAD', 'POST'],
    );
    assert.is(registry.count('victim'), 0);
  }
});

test('at the registry itself, an upload leads to an upload of its repository alone', async () => {
  for (const [location, isRefused] of [
    ['/v2/victim/manifests/latest', true],
    ['/v2/a/b/manifests/latest', true],
    ['/v2/a/b/../../victim/blobs/uploads/1', true],
    ['/V2/victim/blobs/uploads/1', true],
    ['/v2/a/b/blobs/upload/1', false],
    ['/artifacts-uploads/a/b/1', false],
  ] as const) {
    await using registry = await FakeRegistry.start();
    registry.override = async (request, response) => {
      if (request.method === 'HEAD') return false;
      for await (const _ of request);
      const isDone = request.method === 'PUT';
      response.writeHead(isDone ? 201 : 202, isDone ? {} : { location }).end();
      return true;
    };
    if (isRefused) await expectCode(pushTo(registry), 'REDIRECT_REFUSED');
    else assert.is(await pushTo(registry), 'uploaded', location);
    assert.is(registry.count('victim'), 0);
    assert.is(registry.count('/manifests/'), 0);
  }
});

const answerFrom = (url: string, location: string | undefined, remoteAddress = '192.0.2.1') =>
  ({ url: new URL(url), headers: { location }, remoteAddress }) as unknown as HttpAnswer;

test('where an upload may not lead', () => {
  const from = 'https://registry.test/v2/a/blobs/uploads/';
  for (const location of ['http://registry.test/x', 'http://other.test/', 'file:///etc/passwd']) {
    assert.throws(
      () => uploadTarget(answerFrom(from, location)),
      (error: { code?: string }) => error.code === 'REDIRECT_REFUSED',
      location,
    );
  }
  for (const location of [undefined, 'http://[']) {
    assert.throws(
      () => uploadTarget(answerFrom(from, location)),
      (error: { code?: string }) => error.code === 'PROTOCOL_ERROR',
      String(location),
    );
  }
  assert.is(uploadTarget(answerFrom(from, '/x')).allowLocal, false);
  assert.is(uploadTarget(answerFrom(from, '/x', '127.0.0.1')).allowLocal, true);
});

test('a registry elsewhere may not lead an upload to this machine', async () => {
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  // Without a network there is no such registry either.
  if (address === undefined) return;
  await using victim = await scriptedRegistry((_request, response) => void response.end());
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(404).end();
    response.writeHead(202, { location: `http://localhost:${victim.port}/v2/a/b/blobs/uploads/1` });
    response.end();
  }).listen(0, address);
  await once(server, 'listening');
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  try {
    await expectCode(pushTo({ host }, {}, { plainHttp: () => true }), 'REDIRECT_REFUSED');
    assert.is(victim.requests.length, 0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('an answer that comes before all is sent ends the sending', async () => {
  await using registry = await FakeRegistry.start();
  registry.override = (request, response) => {
    if (isPiece(request)) response.writeHead(403, { connection: 'close' }).end();
    return isPiece(request);
  };
  let sent = 0;
  await expectCode(pushTo(registry, { onProgress: (count) => (sent = count) }), 'DENIED');
  assert.ok(sent <= bytes.length);
});

test('a registry that takes no more bytes is given up', async () => {
  await using registry = await FakeRegistry.start();
  registry.override = isPiece;
  const timeouts = { headersMs: 200 };
  await expectCode(pushTo(registry, {}, { timeouts }), 'REGISTRY_UNREACHABLE');
});

test.run();
