import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { connect } from 'node:tls';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { forwardProxy, makeAuthority, needs, playDockerHub, tlsServer } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const textOf = async (answer: AsyncIterable<unknown>): Promise<string> => {
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
};

/** What a proxy answers to a CONNECT, and the connection through it. */
function through(proxy: string, target: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const asked = request(proxy, { method: 'CONNECT', path: target, agent: false });
    asked.on('connect', ({ statusCode = 0 }, socket) => resolve({ status: statusCode, socket }));
    asked.on('error', reject).end();
  });
}

if (needs('command:openssl')) {
  test('an authority issues certificates for the hosts that are named, and no others', async () => {
    await using authority = await makeAuthority();
    const issued = await authority.issue('localhost', 'a.test');
    await using server = await tlsServer(issued, (_request, response) => void response.end('hi'));
    const ask = (servername: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { ca: authority.cert, servername, port: server.port, host: '127.0.0.1' };
        const asked = get({ ...options, path: '/', agent: false }, (answer) => {
          textOf(answer).then(resolve, reject);
        });
        asked.on('error', reject);
      });
    assert.is(await ask('a.test'), 'hi');
    const error: unknown = await ask('b.test').catch((error: unknown) => error);
    assert.is((error as { code?: string }).code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.is(server.requests.length, 1);
  });

  test('a proxy leads where it is told, wants its login, and refuses the rest', async () => {
    await using authority = await makeAuthority();
    await using server = await tlsServer(await authority.issue('a.test'), (_request, response) => {
      response.end('hi');
    });
    await using proxy = await forwardProxy({
      route: (target) => (target === 'a.test:443' ? server.port : undefined),
    });
    const { status, socket } = await through(proxy.url, 'a.test:443');
    assert.is(status, 200);
    const secure = connect({ socket, servername: 'a.test', ca: authority.cert });
    await new Promise((resolve) => secure.once('secureConnect', resolve));
    secure.destroy();
    const refused = await through(proxy.url, 'b.test:443');
    assert.is(refused.status, 502);
    refused.socket.destroy();
    await using guarded = await forwardProxy({ route: () => server.port, login: 'a:b' });
    const unknown = await through(guarded.url, 'a.test:443');
    assert.is(unknown.status, 407);
    unknown.socket.destroy();
    assert.equal(
      proxy.requests.map(({ line }) => line),
      ['CONNECT a.test:443', 'CONNECT b.test:443'],
    );
  });

  test('Docker Hub asks for a token before it answers', async () => {
    await using hub = await playDockerHub();
    const { socket } = await through(hub.proxy, 'registry-1.docker.io:443');
    const ca = await readFile(hub.certFile, 'utf8');
    const secure = connect({ socket, ca, servername: 'registry-1.docker.io' });
    secure.end('GET /v2/ HTTP/1.1\r\nHost: registry-1.docker.io\r\nConnection: close\r\n\r\n');
    const answer = await textOf(secure);
    assert.match(answer, /^HTTP\/1.1 401 /);
    assert.match(answer, 'Bearer realm="https://auth.docker.io/token"');
    assert.is(hub.requests[0]?.host, 'registry-1.docker.io');
  });
}

test.run();
