import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, parseReference } from '@ctrkit/oci';
import {
  makeAuthority,
  needs,
  scriptedRegistry,
  temporaryDirectory,
  tlsServer,
} from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certificateDirectories } from '../src/index.ts';
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
const sendManifest: ScriptedHandler = (_request, response) => {
  response.setHeader('content-type', mediaType).end(manifest);
};

test('the directories are those of docker and podman, the user’s own first', () => {
  assert.equal(certificateDirectories({ HOME: '/h' }), [
    '/h/.config/docker/certs.d',
    '/h/.config/containers/certs.d',
    '/etc/docker/certs.d',
    '/etc/containers/certs.d',
  ]);
});

if (needs('command:openssl')) {
  test('certs.d: an authority for one registry, and for no other port', async () => {
    await using authority = await makeAuthority();
    await using directory = await temporaryDirectory();
    const issued = await authority.issue('localhost');
    await using one = await tlsServer(issued, sendManifest);
    await using other = await tlsServer(issued, sendManifest);
    await mkdir(join(directory.path, one.host));
    await copyFile(authority.certFile, join(directory.path, one.host, 'ca.crt'));
    const client = impatientClient({
      plainHttp: () => false,
      certificates: [join(directory.path, 'nosuch'), directory.path],
    });
    await client.resolve(parseReference(`${one.host}/a`));
    await client.resolve(parseReference(`${one.host}/a`));
    await expectCode(client.resolve(parseReference(`${other.host}/a`)), 'TLS_FAILED');
    assert.equal([one.requests.length, other.requests.length], [2, 0]);
  });

  test('the authority of a registry also vouches for the hosts that it names, and a client certificate stays home', async () => {
    await using authority = await makeAuthority();
    await using directory = await temporaryDirectory();
    const asked: string[] = [];
    const issued = await authority.issue('localhost');
    const asking = { ...issued, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    const note = (name: string, request: Parameters<ScriptedHandler>[0]): void => {
      const socket = request.socket as unknown as {
        getPeerCertificate: () => { subject?: object };
      };
      const shown = socket.getPeerCertificate().subject === undefined ? 'nothing' : 'ours';
      asked.push(`${name}: ${shown}`);
    };
    await using tokens = await tlsServer(asking, (request, response) => {
      note('tokens', request);
      response.end('{"token":"t"}');
    });
    await using server = await tlsServer(asking, (request, response, number) => {
      note('registry', request);
      if (request.headers.authorization === 'Bearer t')
        return sendManifest(request, response, number);
      const challenge = `Bearer realm="https://${tokens.host}/token"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const own = join(directory.path, server.host);
    const client = await authority.issue('me');
    await mkdir(own);
    await copyFile(authority.certFile, join(own, 'ca.crt'));
    await copyFile(client.certFile, join(own, 'client.cert'));
    await copyFile(client.keyFile, join(own, 'client.key'));
    const options = { plainHttp: () => false, certificates: [directory.path] };
    await impatientClient(options).resolve(parseReference(`${server.host}/a`));
    assert.equal(asked, ['registry: ours', 'tokens: nothing', 'registry: ours']);
  });

  test('the authorities of the system count, after those of Node', async () => {
    await using authority = await makeAuthority();
    await using server = await tlsServer(await authority.issue('localhost'), sendManifest);
    const env = { ...process.env, SSL_CERT_FILE: authority.certFile };
    const { code, stdout, stderr } = await registryClient(['manifest', `${server.host}/a`], {
      env,
    });
    assert.is(code, 0, stderr);
    assert.is(stdout, manifest);
  });

  test('a blob goes to another host that only the system’s authorities vouch for', async () => {
    await using authority = await makeAuthority();
    const issued = await authority.issue('localhost');
    await using storage = await tlsServer(issued, async (request, response) => {
      for await (const _ of request);
      response.writeHead(request.method === 'PUT' ? 201 : 202).end();
    });
    await using server = await tlsServer(issued, (request, response) => {
      const isThere = request.method !== 'HEAD';
      const location = `https://${storage.host}/store/1`;
      response.writeHead(isThere ? 202 : 404, isThere ? { location } : {}).end();
    });
    const systemCertificates = authority.certFile;
    const options = { plainHttp: () => false, systemCertificates, retry: { attempts: 1 } };
    const bytes = randomBytes(3_000_000);
    const blob = { digest: digestOf(bytes), size: bytes.length };
    let opened = 0;
    const source = async function* () {
      opened += 1;
      yield bytes;
    };
    const reference = parseReference(`${server.host}/a/b`);
    assert.is(await impatientClient(options).pushBlob(reference, blob, source), 'uploaded');
    assert.equal(
      storage.requests.map(({ method }) => method),
      ['PATCH', 'PUT'],
    );
    assert.is(opened, 1);
  });

  test('by flag: a directory, and a registry that is insecure', async () => {
    await using authority = await makeAuthority();
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(await authority.issue('localhost'), sendManifest);
    await mkdir(join(directory.path, server.host));
    await copyFile(authority.certFile, join(directory.path, server.host, 'ca.crt'));
    const ask = async (...flags: string[]) =>
      (await registryClient(['manifest', `${server.host}/a`, ...flags])).code;
    assert.equal(
      [
        await ask(),
        await ask('--certs', directory.path),
        await ask('--insecure', server.host),
        await ask('--insecure', 'localhost'),
      ],
      [1, 0, 0, 1],
    );
  });

  test('what is wrong in a directory is named', async () => {
    await using authority = await makeAuthority();
    await using directory = await temporaryDirectory();
    const issued = await authority.issue('localhost');
    await using server = await tlsServer(issued, sendManifest);
    const own = join(directory.path, server.host);
    await mkdir(own);
    const ask = async () =>
      await expectCode(
        impatientClient({ plainHttp: () => false, certificates: [directory.path] }).resolve(
          parseReference(`${server.host}/a`),
        ),
        'CERTIFICATES_INVALID',
      );
    await copyFile(issued.certFile, join(own, 'client.cert'));
    assert.match(
      (await ask()).message,
      'missing key client.key for client certificate client.cert',
    );
    await writeFile(join(own, 'client.key'), 'hunter2');
    const error = await ask();
    assert.match(error.message, 'client.key: is not in PEM form');
    assert.not.match(String(error.stack), 'hunter2');
    assert.is(server.requests.length, 0);
  });

  test('what was wrong in a directory is looked at again by the same client', async () => {
    await using authority = await makeAuthority();
    await using directory = await temporaryDirectory();
    await using server = await tlsServer(await authority.issue('localhost'), sendManifest);
    const own = join(directory.path, server.host);
    await mkdir(own);
    await writeFile(join(own, 'ca.crt'), 'none');
    const client = impatientClient({ plainHttp: () => false, certificates: [directory.path] });
    const reference = parseReference(`${server.host}/a`);
    await expectCode(client.resolve(reference), 'CERTIFICATES_INVALID');
    await copyFile(authority.certFile, join(own, 'ca.crt'));
    await client.resolve(reference);
  });
}

test('insecure: plain http is for exactly the registries that are listed', async () => {
  await using server = await scriptedRegistry(sendManifest);
  const options = { plainHttp: () => false };
  const listed = impatientClient({ ...options, insecure: (name) => name === server.host });
  await listed.resolve(parseReference(`${server.host}/a`));
  const other = impatientClient({ ...options, insecure: (name) => name === '127.0.0.1' });
  await expectCode(other.resolve(parseReference(`${server.host}/a`)), 'TLS_FAILED');
});

test.run();
