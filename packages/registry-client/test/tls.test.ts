import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { parseReference } from '@ctrkit/oci';
import { needs, run, scriptedRegistry, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { registryClient } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'0'.repeat(64)}`,
  size: 2,
};
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });

async function tlsServer(directory: string, answer: RequestListener) {
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const { code, stderr } = await run([
    'openssl',
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  assert.is(code, 0, stderr);
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, answer);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    cert,
    host: `localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const sendManifest: RequestListener = (_request, response) => {
  response.setHeader('content-type', mediaType).end(manifest);
};

if (needs('command:openssl')) {
  test('a certificate that nobody vouches for: TLS_FAILED, whatever the environment says', async () => {
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(directory.path, sendManifest);
    const reference = parseReference(`${server.host}/a`);
    for (const plainHttp of [() => true, () => false]) {
      await expectCode(impatientClient({ plainHttp }).resolve(reference), 'TLS_FAILED');
    }
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { code, stdout, stderr } = await registryClient(['manifest', `${server.host}/a`], {
      env,
    });
    assert.is(code, 1);
    assert.is(stdout, '');
    assert.match(stderr, 'certificate is not trusted');
  });

  test('a registry on loopback may speak TLS as well', async () => {
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(directory.path, sendManifest);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.cert };
    const { code, stdout, stderr } = await registryClient(['manifest', `${server.host}/a`], {
      env,
    });
    assert.is(code, 0, stderr);
    assert.is(stdout, manifest);
  });

  test('from https no redirect leads to plain http', async () => {
    await using plain = await scriptedRegistry(sendManifest);
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(directory.path, (_request, response) => {
      response.writeHead(307, { location: `${plain.origin}/manifest` }).end();
    });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.cert };
    const { code, stderr } = await registryClient(['manifest', `${server.host}/a`], { env });
    assert.is(code, 1);
    assert.match(stderr, 'plain http');
    assert.is(plain.requests.length, 0);
  });

  test('a token server is not asked over plain http by a registry that speaks TLS', async () => {
    await using plain = await scriptedRegistry(
      (_request, response) => void response.end('{"token":"t"}'),
    );
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(directory.path, (_request, response) => {
      const challenge = `Bearer realm="${plain.origin}/token"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.cert };
    const { code } = await registryClient(['manifest', `${server.host}/a`], { env });
    assert.is(code, 1);
    assert.is(plain.requests.length, 0);
  });
}

test('a registry that speaks plain http where it must not', async () => {
  await using server = await scriptedRegistry(sendManifest);
  const client = impatientClient({ plainHttp: () => false });
  await expectCode(client.resolve(parseReference(`${server.host}/a`)), 'TLS_FAILED');
  assert.is(server.requests.length, 0);
});

test('a status of 400 over plain http is told as it is', async () => {
  await using server = await scriptedRegistry(
    (_request, response) => void response.writeHead(400).end(),
  );
  await expectCode(impatientClient().resolve(parseReference(`${server.host}/a`)), 'REGISTRY_ERROR');
});

test.run();
