import { networkInterfaces } from 'node:os';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { scriptedRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createConnections } from '../src/http/connect.ts';
import { discard } from '../src/http/exchange.ts';
import type { HttpContext, HttpRequest } from '../src/http/exchange.ts';
import { follow, nextHop } from '../src/http/follow.ts';
import { defaultTimeouts } from '../src/http/timeouts.ts';
import { expectCode } from './support/expect-code.ts';

const context: HttpContext = {
  connections: createConnections({
    certificates: [],
    insecure: () => false,
    proxy: () => undefined,
    connectMs: 1000,
  }),
  registry: '',
  timeouts: { ...defaultTimeouts, headersMs: 2000 },
  userAgent: 'test',
};
const get = (url: string): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  headers: { authorization: 'Bearer secret', accept: 'x/y' },
});

test('a relative redirect keeps the credentials: it is the same origin', async () => {
  await using server = await scriptedRegistry((request, response) => {
    if (request.url === '/a/b') response.writeHead(307, { location: '../c?d=e' }).end();
    else response.end('here');
  });
  const answer = await follow(context, get(`${server.origin}/a/b`), { allowLocal: true });
  discard(answer);
  assert.is(answer.status, 200);
  assert.is(server.requests[1]?.url, '/c?d=e');
  assert.is(server.requests[1]?.headers.authorization, 'Bearer secret');
});

test('another port is another origin: credentials do not go there, and do not come back', async () => {
  await using other = await scriptedRegistry((_request, response) => {
    response.writeHead(302, { location: `${home.origin}/back` }).end();
  });
  await using home = await scriptedRegistry((request, response) => {
    if (request.url === '/') response.writeHead(307, { location: `${other.origin}/x` }).end();
    else response.end();
  });
  discard(await follow(context, get(`${home.origin}/`), { allowLocal: true }));
  assert.is(home.requests[0]?.headers.authorization, 'Bearer secret');
  assert.is(other.requests[0]?.headers.authorization, undefined);
  assert.is(other.requests[0]?.headers.accept, 'x/y');
  assert.is(home.requests[1]?.url, '/back');
  assert.is(home.requests[1]?.headers.authorization, undefined);
});

test('a redirect loop ends after five hops', async () => {
  await using server = await scriptedRegistry((_request, response) => {
    response.writeHead(307, { location: '/again' }).end();
  });
  const looping = follow(context, get(`${server.origin}/`), { allowLocal: true });
  await expectCode(looping, 'REDIRECT_REFUSED');
  assert.is(server.requests.length, 6);
});

test('where a redirect may not lead', async () => {
  const from = get('https://registry.test/v2/');
  const refused = ['http://registry.test/x', 'http://other.test/', 'file:///etc/passwd', 'data:,x'];
  for (const location of refused) {
    assert.throws(
      () => nextHop(from, location),
      (error: { code?: string }) => error.code === 'REDIRECT_REFUSED',
      location,
    );
  }
  for (const location of [undefined, 'http://[', '//']) {
    assert.throws(
      () => nextHop(from, location),
      (error: { code?: string }) => error.code === 'PROTOCOL_ERROR',
      String(location),
    );
  }
});

test('scheme, host and port make an origin; credentials in a URL are dropped', () => {
  const from = get('https://registry.test/v2/');
  const sent = (location: string) => nextHop(from, location).headers['authorization'];
  assert.is(sent('https://registry.test:443/x'), 'Bearer secret');
  assert.is(sent('https://registry.test:444/x'), undefined);
  assert.is(sent('https://cdn.registry.test/x'), undefined);
  assert.is(nextHop(from, 'https://u:p@registry.test/x').url.href, 'https://registry.test/x');
  const plain = get('http://registry.test/');
  assert.is(nextHop(plain, 'https://registry.test/').headers['authorization'], undefined);
});

test('loopback and link-local are out of bounds unless allowed, by number and by name', async () => {
  await using server = await scriptedRegistry((_request, response) => void response.end());
  const hosts = [
    `127.0.0.1:${server.port}`,
    `localhost:${server.port}`,
    '[::1]:1',
    '169.254.169.254',
  ];
  for (const host of hosts) {
    await expectCode(
      follow(context, get(`http://${host}/`), { allowLocal: false }),
      'REDIRECT_REFUSED',
    );
  }
  assert.is(server.requests.length, 0);
});

test('a connection to this machine that is kept open leads there only who may go there', async () => {
  await using server = await scriptedRegistry((_request, response) => void response.end());
  const url = `http://localhost:${server.port}/`;
  const answer = await follow(context, get(url), { allowLocal: true });
  discard(answer);
  await once(answer.message, 'end');
  await expectCode(follow(context, get(url), { allowLocal: false }), 'REDIRECT_REFUSED');
  assert.is(server.requests.length, 1);
});

test('a registry on another address cannot lead us to this machine', async () => {
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  // Without a network there is no such registry either.
  if (address === undefined) return;
  await using victim = await scriptedRegistry((_request, response) => void response.end());
  const server = createServer((_request, response) => {
    response.writeHead(307, { location: `http://localhost:${victim.port}/` }).end();
  }).listen(0, address);
  await once(server, 'listening');
  const url = `http://${address}:${(server.address() as AddressInfo).port}/`;
  try {
    await expectCode(follow(context, get(url), { allowLocal: true }), 'REDIRECT_REFUSED');
    assert.is(victim.requests.length, 0);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test.run();
