import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseReference } from '@ctrkit/oci';
import { scriptedRegistry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Credentials } from '../src/index.ts';
import { FakeRegistry } from './support/fake-registry.ts';
import { collect, expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

/** A registry with an image, and its own token server, which hands out `token-0`, `token-1`, … */
async function guarded(accepts: (authorization: string | undefined) => boolean) {
  const registry = await FakeRegistry.start();
  const image = registry.addImage([Buffer.from('layer')], { tag: 'latest' });
  let tokens = 0;
  registry.override = (request, response) => {
    if (request.url?.startsWith('/token') === true) {
      response.end(JSON.stringify({ token: `token-${tokens++}` }));
      return true;
    }
    if (accepts(request.headers.authorization)) return false;
    const realm = `${registry.server.origin}/token`;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` }).end();
    return true;
  };
  return { registry, image, reference: parseReference(`${registry.host}/a/b`) };
}

const withCredentials = (credentials: Credentials, seen: string[] = []) =>
  impatientClient({
    credentials: (registry) => {
      seen.push(registry);
      return Promise.resolve(credentials);
    },
  });

test('anonymous token: fetched once, for pulling this repository, and used again', async () => {
  const { registry, image, reference } = await guarded((header) => header === 'Bearer token-0');
  await using _registry = registry;
  const client = impatientClient();
  await client.resolve(reference);
  await collect(client.fetchBlob(reference, image.config));
  const [, token] = registry.server.requests;
  assert.is(token?.url, '/token?service=s&scope=repository%3Aa%2Fb%3Apull');
  assert.is(token?.headers.authorization, undefined);
  assert.is(registry.count('/token'), 1);
  assert.is(registry.server.requests.length, 4);
});

test('with a login the token server gets it, and the registry only the token', async () => {
  const { registry, reference } = await guarded((header) => header?.startsWith('Bearer ') === true);
  await using _registry = registry;
  const asked: string[] = [];
  await withCredentials({ username: 'u', password: 'p' }, asked).resolve(reference);
  const sent = registry.server.requests.map(({ headers }) => headers.authorization);
  assert.equal(sent, [undefined, basic('u:p'), 'Bearer token-0']);
  assert.equal(asked, [registry.host]);
});

test('a refresh token is exchanged by OAuth2', async () => {
  const { registry, reference } = await guarded((header) => header === 'Bearer access');
  await using _registry = registry;
  const inner = registry.override;
  let form = '';
  registry.override = async (request: IncomingMessage, response: ServerResponse, number) => {
    if (request.method !== 'POST') return inner(request, response, number);
    form = (await collect(request)).toString();
    response.end(JSON.stringify({ access_token: 'access' }));
    return true;
  };
  await withCredentials({ identityToken: 'refresh' }).resolve(reference);
  const fields = Object.fromEntries(new URLSearchParams(form));
  assert.is(fields['grant_type'], 'refresh_token');
  assert.is(fields['refresh_token'], 'refresh');
  assert.is(fields['scope'], 'repository:a/b:pull');
});

test('a token that expires in the middle is renewed once, for all who were refused', async () => {
  let valid = 0;
  const { registry, image, reference } = await guarded(
    (header) => header === `Bearer token-${valid}`,
  );
  await using _registry = registry;
  const client = impatientClient();
  await client.resolve(reference);
  valid = 1;
  const blobs = [image.config, ...image.layers, image.config];
  await Promise.all(blobs.map((blob) => collect(client.fetchBlob(reference, blob))));
  assert.is(registry.count('/token'), 2);
});

test('401 for ever ends after one renewal', async () => {
  const { registry, reference } = await guarded(() => false);
  await using _registry = registry;
  await expectCode(impatientClient().resolve(reference), 'UNAUTHORIZED');
  assert.is(registry.count('/token'), 1);
  assert.is(registry.server.requests.length, 3);
});

test('basic: asked for, given; never before it is asked for', async () => {
  await using server = await scriptedRegistry((request, response) => {
    if (request.headers.authorization === basic('u:p')) return void response.writeHead(404).end();
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  const reference = parseReference(`${server.host}/a`);
  const client = withCredentials({ username: 'u', password: 'p' });
  await expectCode(client.resolve(reference), 'MANIFEST_UNKNOWN');
  assert.is(server.requests[0]?.headers.authorization, undefined);
  assert.is(server.requests.length, 2);
});

test('basic without a login is UNAUTHORIZED, and no secret is in the error', async () => {
  await using server = await scriptedRegistry((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  const reference = parseReference(`${server.host}/a`);
  await expectCode(impatientClient().resolve(reference), 'UNAUTHORIZED');
  const wrong = withCredentials({ username: 'u', password: 'hunter2' });
  const error = await expectCode(wrong.resolve(reference), 'UNAUTHORIZED');
  assert.not.match(JSON.stringify(error) + String(error.stack), /hunter2|aHVudGVyMg/);
});

test('403 is DENIED and not tried again', async () => {
  await using server = await scriptedRegistry((_request, response) => {
    const errors = [{ code: 'DENIED', message: 'requested access is denied' }];
    response.writeHead(403).end(JSON.stringify({ errors }));
  });
  const error = await expectCode(
    impatientClient().resolve(parseReference(`${server.host}/a`)),
    'DENIED',
  );
  assert.match(error.message, 'requested access is denied');
  assert.is(server.requests.length, 1);
});

test('a token server over plain http on another host than loopback is not asked', async () => {
  for (const realm of ['http://auth.test/token', 'ftp://x/', 'nonsense', '']) {
    await using server = await scriptedRegistry((_request, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    });
    const client = withCredentials({ username: 'u', password: 'p' });
    const code = realm.includes(':') ? 'REDIRECT_REFUSED' : 'PROTOCOL_ERROR';
    await expectCode(client.resolve(parseReference(`${server.host}/a`)), code);
  }
});

test('a token server that redirects elsewhere does not take the login along', async () => {
  await using elsewhere = await scriptedRegistry((_request, response) => {
    response.end(JSON.stringify({ token: 't' }));
  });
  await using server = await scriptedRegistry((request, response) => {
    if (request.url?.startsWith('/token') === true) {
      response.writeHead(307, { location: elsewhere.origin }).end();
    } else if (request.headers.authorization === 'Bearer t') response.writeHead(404).end();
    else {
      const realm = `http://${request.headers.host}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    }
  });
  const client = withCredentials({ username: 'u', password: 'p' });
  await expectCode(client.resolve(parseReference(`${server.host}/a`)), 'MANIFEST_UNKNOWN');
  assert.is(elsewhere.requests.length, 1);
  assert.is(elsewhere.requests[0]?.headers.authorization, undefined);
});

test('a 401 from where a registry redirects to gets no credentials', async () => {
  await using thief = await scriptedRegistry((request, response) => {
    const realm = `http://${request.headers.host}/token`;
    response
      .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}", Basic realm="x"` })
      .end();
  });
  await using server = await scriptedRegistry((_request, response) => {
    response.writeHead(307, { location: `${thief.origin}/blob` }).end();
  });
  const client = withCredentials({ username: 'u', password: 'p' });
  await expectCode(client.resolve(parseReference(`${server.host}/a`)), 'UNAUTHORIZED');
  assert.is(thief.requests.length, 1);
  assert.is(thief.requests[0]?.headers.authorization, undefined);
});

test('a token that cannot stand in a header is refused', async () => {
  for (const body of ['{"token":"a\\r\\nX: y"}', '{}', '[]', 'null', '{"token":3}']) {
    await using server = await scriptedRegistry((request, response) => {
      if (request.url?.startsWith('/token') === true) return void response.end(body);
      const realm = `http://${request.headers.host}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
    });
    await expectCode(
      impatientClient().resolve(parseReference(`${server.host}/a`)),
      'PROTOCOL_ERROR',
    );
  }
});

test.run();
