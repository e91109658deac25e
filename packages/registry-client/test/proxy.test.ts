import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { parseReference } from '@ctrkit/oci';
import {
  forwardProxy,
  freePort,
  makeAuthority,
  needs,
  scriptedRegistry,
  tlsServer,
} from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { environmentProxy } from '../src/index.ts';
import { registryClient } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

const proxy = 'http://proxy.test:3128/';
const chosen = (env: NodeJS.ProcessEnv, url: string): string | undefined =>
  environmentProxy(env)(new URL(url))?.href;

for (const [env, url, expected] of [
  [{}, 'https://a.test', undefined],
  [{ HTTPS_PROXY: 'proxy.test:3128' }, 'https://a.test', proxy],
  [{ https_proxy: proxy }, 'https://a.test', proxy],
  [{ HTTPS_PROXY: proxy, https_proxy: 'http://other' }, 'https://a.test', proxy],
  [{ HTTPS_PROXY: '', https_proxy: proxy }, 'https://a.test', proxy],
  [{ HTTPS_PROXY: proxy }, 'http://a.test', undefined],
  [{ HTTP_PROXY: proxy }, 'http://a.test', proxy],
  [{ HTTP_PROXY: proxy }, 'https://a.test', undefined],
  // This machine is never reached through a proxy.
  [{ HTTPS_PROXY: proxy }, 'https://localhost:5000', undefined],
  [{ HTTPS_PROXY: proxy }, 'https://127.1.2.3', undefined],
  [{ HTTPS_PROXY: proxy }, 'https://[::1]:5000', undefined],
] as const) {
  test(`${JSON.stringify(env)} for ${url}: ${expected}`, () =>
    assert.is(chosen(env, url), expected));
}

for (const [exceptions, url, isExcepted] of [
  ['*', 'https://a.test', true],
  ['a.test', 'https://a.test', true],
  ['a.test', 'https://b.a.test:5000', true],
  ['a.test', 'https://ba.test', false],
  ['.a.test', 'https://a.test', false],
  ['.a.test', 'https://b.a.test', true],
  ['*.a.test', 'https://b.a.test', true],
  ['a.test:5000', 'https://a.test', false],
  ['a.test:443', 'https://a.test', true],
  ['x.test, A.test ,', 'https://a.TEST', true],
  ['10.0.0.0/8', 'https://10.1.2.3', true],
  ['10.0.0.0/8', 'https://11.1.2.3', false],
  ['10.1.2.3', 'https://10.1.2.3:5000', true],
  ['10.1.2.3:5000', 'https://10.1.2.3', false],
  ['1.2.3', 'https://10.1.2.3', false],
  ['fd00::/8', 'https://[fd00::1]:5000', true],
  ['fd00::1', 'https://[fd00::1]', true],
  ['10.0.0.0/99', 'https://10.1.2.3', false],
  ['nonsense/8', 'https://10.1.2.3', false],
] as const) {
  test(`NO_PROXY=${exceptions} for ${url}: ${isExcepted ? 'excepted' : 'not'}`, () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: exceptions };
    assert.is(chosen(env, url), isExcepted ? undefined : proxy);
  });
}

test('a proxy that is none is not told with its password', async () => {
  for (const text of [
    'socks5://u:hunter2@p:1',
    'http://u:hunter2@:x',
    'http://u:hunter2%zz@p',
    'http://',
  ]) {
    const asked = Promise.resolve().then(() => chosen({ HTTPS_PROXY: text }, 'https://a.test'));
    const error = await expectCode(asked, 'PROXY_FAILED');
    assert.not.match(String(error.stack), 'hunter2');
  }
});

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'0'.repeat(64)}`,
  size: 2,
};
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });
const sendManifest: ScriptedHandler = (_request, response) => {
  response.setHeader('content-type', mediaType).end(manifest);
};
const reference = parseReference('registry.test/a');

if (needs('command:openssl')) {
  test('https through CONNECT: TLS is with the registry, the proxy’s login with the proxy', async () => {
    await using authority = await makeAuthority();
    await using server = await tlsServer(await authority.issue('registry.test'), sendManifest);
    await using through = await forwardProxy({
      route: (target) => (target === 'registry.test:443' ? server.port : undefined),
      login: 'p:wo:rd',
    });
    const via = (login: string) =>
      impatientClient({
        proxy: () => new URL(through.url.replace('//', `//${login}@`)),
        systemCertificates: authority.certFile,
      });
    const client = via('p:wo%3Ard');
    await client.resolve(reference);
    await client.resolve(reference);
    client.close();
    assert.is(server.requests.length, 2);
    for (const { headers } of server.requests) {
      assert.is(headers.host, 'registry.test');
      assert.is(headers['proxy-authorization'], undefined);
    }
    // The first with the authorities of Node, the second with this one's; then the connection is kept.
    assert.equal(
      through.requests.map(({ line }) => line),
      ['CONNECT registry.test:443', 'CONNECT registry.test:443'],
    );
    const error = await expectCode(via('p:hunter2').resolve(reference), 'PROXY_FAILED');
    assert.match(error.message, 'another user and password');
    assert.not.match(String(error.stack) + JSON.stringify(error), /hunter2|cDpodW50ZXIy/);
  });

  test('through a proxy too a certificate is checked', async () => {
    await using authority = await makeAuthority();
    await using server = await tlsServer(await authority.issue('other.test'), sendManifest);
    await using through = await forwardProxy({ route: () => server.port });
    const options = { proxy: () => new URL(through.url) };
    await expectCode(impatientClient(options).resolve(reference), 'TLS_FAILED');
    const trusting = impatientClient({ ...options, systemCertificates: authority.certFile });
    await expectCode(trusting.resolve(reference), 'TLS_FAILED');
    assert.is(server.requests.length, 0);
  });
}

test('plain http: the proxy gets the whole address', async () => {
  await using server = await scriptedRegistry(sendManifest);
  await using through = await forwardProxy({ route: () => server.port, login: 'u:p' });
  const client = impatientClient({
    plainHttp: () => true,
    proxy: () => new URL(through.url.replace('//', '//u:p@')),
  });
  await client.resolve(reference);
  assert.is(through.requests[0]?.line, 'GET http://registry.test/v2/a/manifests/latest');
  assert.is(server.requests[0]?.headers.host, 'registry.test');
  assert.is(server.requests[0]?.headers['proxy-authorization'], undefined);
  const anonymous = impatientClient({
    plainHttp: () => true,
    proxy: () => new URL(through.url),
  });
  await expectCode(anonymous.resolve(reference), 'PROXY_FAILED');
});

if (needs('command:openssl')) {
  test('plain http through a proxy that is reached by https: its certificate is checked, under its own name', async () => {
    await using authority = await makeAuthority();
    await using through = await tlsServer(await authority.issue('localhost'), sendManifest);
    await using other = await tlsServer(await authority.issue('mirror.test'), sendManifest);
    const manifestBy = async ({ host }: { host: string }) => {
      const env = {
        ...process.env,
        HTTP_PROXY: `https://u:p@${host}`,
        HTTPS_PROXY: `http://127.0.0.1:${await freePort()}`,
        NODE_EXTRA_CA_CERTS: authority.certFile,
      };
      const mirror = 'registry.test=http://mirror.test';
      return await registryClient(['manifest', 'registry.test/a', '--mirror', mirror], { env });
    };
    const { code, stdout, stderr } = await manifestBy(through);
    assert.is(code, 0, stderr);
    assert.is(stdout, manifest);
    const [request] = through.requests;
    assert.equal(
      [request?.url, request?.headers.host, request?.headers['proxy-authorization']],
      ['http://mirror.test/v2/a/manifests/latest', 'mirror.test', 'Basic dTpw'],
    );
    const wrong = await manifestBy(other);
    assert.is(wrong.code, 1);
    assert.is(other.requests.length, 0);
  });
}

test('a proxy that is not there, refuses, or does not answer: PROXY_FAILED, in time', async () => {
  const down = new URL(`http://127.0.0.1:${await freePort()}`);
  await using refusing = await forwardProxy({ route: () => undefined });
  await using stalling = await forwardProxy({ route: () => undefined, stalls: true });
  for (const [url, message] of [
    [down, 'connection refused'],
    [new URL(refusing.url), 'status 502'],
    [new URL(stalling.url), 'no answer within 0.3 s'],
  ] as const) {
    const client = impatientClient({
      proxy: () => url,
      timeouts: { connectMs: 300, headersMs: 5000, idleMs: 300, minimumBytes: 1024 },
      retry: { attempts: 1 },
    });
    const error = await expectCode(client.resolve(reference), 'PROXY_FAILED');
    assert.match(error.message, message);
  }
});

test('while a proxy does not answer, an abort is heard at once', async () => {
  await using stalling = await forwardProxy({ route: () => undefined, stalls: true });
  const client = impatientClient({
    proxy: () => new URL(stalling.url),
    timeouts: { connectMs: 30_000 },
  });
  const controller = new AbortController();
  const asked = client.resolve(reference, { signal: controller.signal });
  while (stalling.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
  const reason = new Error('enough');
  controller.abort(reason);
  assert.is(await asked.catch((error: unknown) => error), reason);
});

test('a registry behind a proxy that never speaks: given up in time, and the connection closed', async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await using through = await forwardProxy({ route: () => port });
  const accepted = once(silent, 'connection') as Promise<[Socket]>;
  const client = impatientClient({
    proxy: () => new URL(through.url),
    timeouts: { connectMs: 300, headersMs: 300, idleMs: 300, minimumBytes: 1024 },
    retry: { attempts: 1 },
  });
  await expectCode(client.resolve(reference), 'REGISTRY_UNREACHABLE');
  const [socket] = await accepted;
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  const closed = once(silent, 'close');
  silent.close();
  await closed;
});

test('a proxy on this machine makes no registry a local one', async () => {
  await using server = await scriptedRegistry((_request, response) => {
    response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
  });
  await using through = await forwardProxy({ route: () => server.port });
  const client = impatientClient({ plainHttp: () => true, proxy: () => new URL(through.url) });
  await expectCode(client.resolve(reference), 'REDIRECT_REFUSED');
  assert.is(through.requests.length, 1);
});

test.run();
