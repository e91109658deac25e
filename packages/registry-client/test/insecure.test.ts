import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { parseReference } from '@ctrkit/oci';
import { freePort, makeAuthority, needs, scriptedRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trustsFor } from '../src/http/trust.ts';
import { originsOf } from '../src/origin.ts';
import type { RegistryClientOptions } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { eagerClient } from './support/impatient.ts';

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'0'.repeat(64)}`,
  size: 2,
};
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
const sendManifest: RequestListener = (request, response) => {
  if (request.url === '/v2/') return void response.end('{}');
  response.setHeader('content-type', mediaType).end(manifest);
};
const asksForLogin: RequestListener = (request, response) => {
  if (request.headers.authorization !== undefined) return sendManifest(request, response);
  response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
};

// Away from loopback, as far as the client knows.
const listed: RegistryClientOptions = {
  plainHttp: () => false,
  insecure: () => true,
  credentials: () => Promise.resolve({ username: 'u', password: 'hunter2' }),
};

/** One port at which TLS and plain http are both answered; tells what came in clear. */
async function bothAtOnePort(overTls: RequestListener, plainly: RequestListener) {
  await using authority = await makeAuthority();
  const clear: (string | undefined)[] = [];
  const secure = createHttpsServer(await authority.issue('nobody.test'), overTls);
  const plain = createHttpServer((request, response) => {
    clear.push(request.headers.authorization);
    plainly(request, response);
  });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (bytes) => {
      socket.pause();
      socket.unshift(bytes);
      // 22 begins a TLS handshake.
      (bytes[0] === 22 ? secure : plain).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    clear,
    [Symbol.asyncDispose]: async () => {
      server.close();
      secure.closeAllConnections();
      plain.closeAllConnections();
      await Promise.resolve();
    },
  };
}

if (needs('command:openssl')) {
  test('one that speaks TLS is asked over TLS: no login goes there in clear', async () => {
    await using both = await bothAtOnePort(asksForLogin, asksForLogin);
    const client = eagerClient(listed);
    await client.resolve(parseReference(`${both.host}/a`));
    client.close();
    assert.equal(both.clear, []);
  });

  test('what its plain port says of everything, a page or a redirect, is not its word', async () => {
    for (const status of [301, 404]) {
      await using both = await bothAtOnePort(sendManifest, (_request, response) => {
        response.writeHead(status, { location: 'https://127.0.0.1:1/' }).end('<html>');
      });
      const client = eagerClient(listed);
      await client.resolve(parseReference(`${both.host}/a`));
      client.close();
    }
  });

  test('the token server of a registry that speaks TLS is not asked plainly, and what it answers changes nothing', async () => {
    const realm = `https://127.0.0.1:${await freePort()}/token`;
    await using both = await bothAtOnePort((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    }, sendManifest);
    const client = eagerClient(listed);
    await expectCode(client.resolve(parseReference(`${both.host}/a`)), 'REGISTRY_UNREACHABLE');
    client.close();
    assert.equal(both.clear, []);
  });
}

test('one that speaks plain http alone is asked plainly, with its login', async () => {
  await using server = await scriptedRegistry(asksForLogin);
  const client = eagerClient(listed);
  for (const name of ['a', 'b']) await client.resolve(parseReference(`${server.host}/${name}`));
  client.close();
  const logins = server.requests.map(({ headers }) => headers.authorization).filter(Boolean);
  assert.is(logins.length, 2);
});

test('one that hangs up on what is not http, too', async () => {
  const plain = createHttpServer(sendManifest);
  plain.on('clientError', (_error, socket) => socket.destroy());
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const client = eagerClient(listed);
  await client.resolve(parseReference(`127.0.0.1:${(plain.address() as AddressInfo).port}/a`));
  client.close();
  plain.close();
});

test('nobody there: unreachable', async () => {
  const reference = parseReference(`127.0.0.1:${await freePort()}/a`);
  await expectCode(eagerClient(listed).resolve(reference), 'REGISTRY_UNREACHABLE');
});

test('the port that https has anyway may be written or left out; another one is another registry', async () => {
  for (const [host, name, unchecked] of [
    ['r.test', 'r.test:443', true],
    ['r.test', 'r.test', true],
    ['r.test:5000', 'r.test', false],
    ['r.test', 'r.test:80', false],
  ] as const) {
    const insecure = (registry: string): boolean => registry === name;
    const [first] = await trustsFor(host, name, { certificates: [], insecure });
    const { rejectUnauthorized = true } = (await first?.options()) ?? {};
    assert.is(rejectUnauthorized, !unchecked, `${host} by ${name}`);
  }
});

test('a port that is written stays, whatever the scheme', () => {
  const hrefs = (registry: string): string[] =>
    originsOf(registry, () => ['https', 'http']).map(({ href }) => href);
  assert.equal(hrefs('r.test:443'), ['https://r.test/', 'http://r.test:443/']);
  assert.equal(hrefs('r.test:80'), ['https://r.test:80/', 'http://r.test/']);
  assert.equal(hrefs('docker.io'), [
    'https://registry-1.docker.io/',
    'http://registry-1.docker.io/',
  ]);
});

test.run();
