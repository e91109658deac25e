import { createHash } from 'node:crypto';
import { parseReference } from '@ctrkit/oci';
import { freePort, scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedHandler } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RegistryClientOptions, RegistryError } from '../src/index.ts';
import { FakeRegistry, sha256, types } from './support/fake-registry.ts';
import { expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

const empty = `sha256:${'0'.repeat(64)}`;
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: types.manifest,
  config: { mediaType: types.config, digest: empty, size: 2 },
  layers: [],
});

async function resolveFrom(
  handler: ScriptedHandler,
  options: RegistryClientOptions = {},
  suffix = ':latest',
) {
  await using server = await scriptedRegistry(handler);
  const reference = parseReference(`${server.host}/a/b${suffix}`);
  const found = await impatientClient(options).resolve(reference);
  return { ...found, requests: server.requests };
}

const send = (body: string | Buffer, headers: Record<string, string> = {}): ScriptedHandler => {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': types.manifest, ...headers }).end(body);
  };
};

test('a manifest by tag, with what was asked for', async () => {
  const { descriptor, bytes, content, requests } = await resolveFrom(send(manifest));
  assert.is(bytes.toString(), manifest);
  assert.is(content.kind, 'manifest');
  assert.equal(descriptor, {
    mediaType: types.manifest,
    digest: sha256(Buffer.from(manifest)),
    size: manifest.length,
  });
  const [request] = requests;
  assert.is(request?.url, '/v2/a/b/manifests/latest');
  for (const type of [types.index, types.manifest, types.dockerList, types.dockerManifest]) {
    assert.match(String(request?.headers.accept), type);
  }
  assert.not.match(String(request?.headers.accept), 'docker.distribution.manifest.v1');
  assert.is(request?.headers['accept-encoding'], 'identity');
});

test('a digest goes before a tag', async () => {
  const digest = sha256(Buffer.from(manifest));
  const { requests } = await resolveFrom(send(manifest), {}, `:1.0@${digest}`);
  assert.is(requests[0]?.url, `/v2/a/b/manifests/${digest}`);
});

test('wrong digest: other bytes than the reference says', async () => {
  await expectCode(resolveFrom(send(manifest), {}, `@${empty}`), 'DIGEST_MISMATCH');
});

test('Docker-Content-Digest lies', async () => {
  await expectCode(
    resolveFrom(send(manifest, { 'docker-content-digest': empty })),
    'DIGEST_MISMATCH',
  );
  const lie = `sha512:${'0'.repeat(128)}`;
  await expectCode(
    resolveFrom(send(manifest, { 'docker-content-digest': lie })),
    'DIGEST_MISMATCH',
  );
});

test('a sha512 digest is verified as one', async () => {
  const digest = `sha512:${createHash('sha512').update(manifest).digest('hex')}`;
  const { descriptor } = await resolveFrom(send(manifest), {}, `@${digest}`);
  assert.is(descriptor.digest, digest);
});

test('right digest, wrong media type (CVE-2021-41190)', async () => {
  const digest = sha256(Buffer.from(manifest));
  const lying = send(manifest, { 'content-type': types.index });
  await expectCode(resolveFrom(lying, {}, `@${digest}`), 'MANIFEST_INVALID');
});

test('both layers and manifests in one document (CVE-2021-41190)', async () => {
  const both = JSON.stringify({ ...JSON.parse(manifest), manifests: [] });
  await expectCode(resolveFrom(send(both)), 'MANIFEST_INVALID');
});

test('schema 1 is refused by name', async () => {
  for (const type of ['v1+json', 'v1+prettyjws']) {
    const schema1 = send('{"schemaVersion":1}', {
      'content-type': `application/vnd.docker.distribution.manifest.${type}`,
    });
    await expectCode(resolveFrom(schema1), 'SCHEMA1_UNSUPPORTED');
  }
});

test('a manifest of 10 MB is not read, with or without a Content-Length', async () => {
  let sent = 0;
  const endless: ScriptedHandler = (_request, response) => {
    response.writeHead(200, { 'content-type': types.manifest });
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    const more = (): void => {
      while (sent < 100 * 1024 * 1024 && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  };
  await expectCode(resolveFrom(endless), 'RESPONSE_TOO_LARGE');
  assert.ok(sent < 20 * 1024 * 1024, `${sent} bytes sent`);
  await expectCode(resolveFrom(send(Buffer.alloc(10_000_000, 0x20))), 'RESPONSE_TOO_LARGE');
});

test('JSON 100,000 deep, with __proto__, with a key twice, not JSON at all', async () => {
  const bodies = [
    '['.repeat(100_000),
    manifest.replace('{', '{"__proto__":{},'),
    manifest.replace('{', '{"schemaVersion":2,'),
    '<html>',
    '',
    'null',
  ];
  for (const body of bodies) {
    const error = await expectCode<RegistryError>(
      resolveFrom(send(body)).catch((error: Error) => {
        throw Object.assign(error, { code: 'OCI', was: (error as RegistryError).code });
      }),
      'OCI',
    );
    const was = (error as unknown as { was: string }).was;
    assert.ok(['JSON_INVALID', 'TOO_DEEP', 'MANIFEST_INVALID'].includes(was), `${body}: ${was}`);
  }
});

test('a manifest sent with Content-Encoding is taken as it was sent, and refused', async () => {
  const { gzipSync } = await import('node:zlib');
  const headers = {
    'content-encoding': 'gzip',
    'docker-content-digest': sha256(Buffer.from(manifest)),
  };
  const error = await expectCode(resolveFrom(send(gzipSync(manifest), headers)), 'DIGEST_MISMATCH');
  assert.match(String(error.hint), 'Content-Encoding');
});

test('an unknown image, in docker’s words', async () => {
  await using registry = await FakeRegistry.start();
  const reference = parseReference(`${registry.host}/a/b`);
  const error = await expectCode(impatientClient().resolve(reference), 'MANIFEST_UNKNOWN');
  assert.match(
    error.message,
    `manifest for ${registry.host}/a/b:latest not found: manifest unknown`,
  );
});

test('what a registry says does not steer the terminal', async () => {
  const errors = [{ code: 'X', message: `\u001b[2J\nroot@host# ${'x'.repeat(5000)}` }];
  const hostile: ScriptedHandler = (_request, response) =>
    void response.writeHead(404).end(JSON.stringify({ errors }));
  const error = await expectCode(resolveFrom(hostile), 'MANIFEST_UNKNOWN');
  // oxlint-disable-next-line no-control-regex
  assert.not.match(error.message, /[\u0000-\u001f]/);
  assert.ok(error.message.length < 400);
});

for (const status of [500, 502, 503, 504]) {
  test(`${status} twice, then it works`, async () => {
    const { requests } = await resolveFrom((request, response, number) => {
      if (number < 2) return void response.writeHead(status).end('<html>oops');
      return send(manifest)(request, response, number);
    });
    assert.is(requests.length, 3);
  });
}

test('500 for ever ends as REGISTRY_ERROR with its status', async () => {
  let seen = 0;
  const failing: ScriptedHandler = (_request, response, number) => {
    seen = number + 1;
    response.writeHead(500).end();
  };
  const error = await expectCode<RegistryError>(resolveFrom(failing), 'REGISTRY_ERROR');
  assert.is(error.status, 500);
  assert.is(seen, 3);
});

test('429 with Retry-After in seconds, as a date, missing: waited for', async () => {
  const inOneSecond = () => new Date(Date.now() + 1500).toUTCString();
  for (const after of ['1', inOneSecond(), undefined]) {
    const before = performance.now();
    const { requests } = await resolveFrom((request, response, number) => {
      if (number > 0) return send(manifest)(request, response, number);
      response.writeHead(429, after === undefined ? {} : { 'retry-after': after }).end();
    });
    assert.is(requests.length, 2);
    const waited = performance.now() - before;
    assert.ok(after === '1' ? waited >= 990 : waited < 2500, `${String(after)}: ${waited} ms`);
  }
});

test('429 with an absurd Retry-After ends at once, and says when to come back', async () => {
  const limited: ScriptedHandler = (_request, response) =>
    void response.writeHead(429, { 'retry-after': '86400' }).end();
  const before = performance.now();
  const error = await expectCode<RegistryError>(resolveFrom(limited), 'RATE_LIMITED');
  assert.ok(performance.now() - before < 1000);
  assert.is(error.retryAfterMs, 86_400_000);
  assert.match(String(error.hint), '86400 seconds');
});

test('a connection that is reset is tried again', async () => {
  const { requests } = await resolveFrom((request, response, number) => {
    if (number < 2) return void request.socket.resetAndDestroy();
    return send(manifest)(request, response, number);
  });
  assert.is(requests.length, 3);
});

test('a registry that accepts and never answers', async () => {
  const before = performance.now();
  const silent: ScriptedHandler = () => new Promise(() => undefined);
  const impatient = { timeouts: { headersMs: 100 } };
  await expectCode(resolveFrom(silent, impatient), 'REGISTRY_UNREACHABLE');
  assert.ok(performance.now() - before < 3000);
});

test('a manifest that drips is given up', async () => {
  const before = performance.now();
  const dripping: ScriptedHandler = (_request, response) => {
    response.writeHead(200, { 'content-type': types.manifest });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  await expectCode(resolveFrom(dripping), 'REGISTRY_UNREACHABLE');
  assert.ok(performance.now() - before < 5000);
});

test('a document that comes too slowly as a whole is given up, be it a manifest or an error', async () => {
  const slowly = (status: number): ScriptedHandler => {
    return (_request, response) => {
      response.writeHead(status, { 'content-type': types.manifest });
      let left = 50;
      const timer = setInterval(() => {
        if ((left -= 1) > 0) response.write(' '.repeat(600));
        else response.end(status === 200 ? manifest : '{"errors":[{"message":"too late"}]}');
      }, 40);
      response.on('close', () => clearInterval(timer));
    };
  };
  const options = { timeouts: { documentMs: 200 }, retry: { attempts: 1 } };
  await expectCode(resolveFrom(slowly(200), options), 'REGISTRY_UNREACHABLE');
  const error = await expectCode(resolveFrom(slowly(500), options), 'REGISTRY_ERROR');
  assert.not.match(error.message, 'too late');
});

test('a registry that is down: at once, with its name', async () => {
  const port = await freePort();
  const before = performance.now();
  const error = await expectCode(
    impatientClient().resolve(parseReference(`127.0.0.1:${port}/a`)),
    'REGISTRY_UNREACHABLE',
  );
  assert.match(error.message, `127.0.0.1:${port}`);
  assert.ok(performance.now() - before < 1000);
});

test('a name that does not exist', async () => {
  const reference = parseReference('registry.invalid/a');
  const error = await expectCode(impatientClient().resolve(reference), 'REGISTRY_UNREACHABLE');
  assert.match(error.message, 'registry.invalid');
});

test('a registry that should speak TLS and does not', async () => {
  await using server = await scriptedRegistry((_request, response) => void response.end());
  const client = impatientClient({ plainHttp: () => false });
  await expectCode(client.resolve(parseReference(`${server.host}/a`)), 'TLS_FAILED');
  assert.is(server.requests.length, 0);
});

test('headers without end', async () => {
  const swollen = send(manifest, { 'x-filler': 'x'.repeat(64 * 1024) });
  await expectCode(resolveFrom(swollen), 'PROTOCOL_ERROR');
});

test('the signal ends it with its reason', async () => {
  const controller = new AbortController();
  await using server = await scriptedRegistry(() => {
    controller.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
  });
  const resolving = impatientClient().resolve(parseReference(`${server.host}/a`), controller);
  await expectCode(resolving, 'ENOUGH');
});

test.run();
