import { fetchUrl, RegistryError } from '@ctrkit/registry-client';
import { makeAuthority, needs, scriptedRegistry, tlsServer } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

function withOpenssl(name: string, body: () => Promise<void>): void {
  if (needs('command:openssl')) test(name, body);
  else test.skip(name, body);
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'success';
  } catch (error) {
    if (error instanceof RegistryError) return error.code;
    throw error;
  }
}

async function textAt(url: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { body } = await fetchUrl(new URL(url), { env });
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('what is at a URL, also where it leads on', async () => {
  await using server = await scriptedRegistry((request, response) => {
    if (request.url === '/moved') response.writeHead(301, { location: '/here' }).end();
    else response.end(`hello from ${request.url}`);
  });
  assert.is(await textAt(`${server.origin}/moved`), 'hello from /here');
  const { url, body } = await fetchUrl(new URL(`${server.origin}/moved`));
  for await (const part of body) assert.ok(part.length > 0);
  assert.is(url.pathname, '/here');
});

withOpenssl('https: by the authorities of the system, and never on to http', async () => {
  await using authority = await makeAuthority();
  const { cert, key } = await authority.issue('localhost');
  await using plain = await scriptedRegistry((_, response) => void response.end('plain'));
  await using server = await tlsServer({ cert, key }, (request, response) => {
    if (request.url === '/down') response.writeHead(302, { location: plain.origin }).end();
    else response.end('secret');
  });
  const env = { SSL_CERT_FILE: authority.certFile };
  assert.is(await textAt(`https://${server.host}/x`, env), 'secret');
  assert.is(await codeOf(textAt(`https://${server.host}/x`)), 'TLS_FAILED');
  assert.is(await codeOf(textAt(`https://${server.host}/down`, env)), 'REDIRECT_REFUSED');
  assert.equal(plain.requests, []);
});

test('any other status, and nobody', async () => {
  await using server = await scriptedRegistry((_, response) => {
    response.writeHead(404).end('no');
  });
  assert.is(await codeOf(textAt(`${server.origin}/x`)), 'REGISTRY_ERROR');
  await server[Symbol.asyncDispose]();
  assert.is(await codeOf(textAt(`${server.origin}/x`)), 'REGISTRY_UNREACHABLE');
});

test.run();
