import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, resolveImage } from '@ctrkit/layout';
import { parseReference } from '@ctrkit/oci';
import { freePort, scriptedRegistry, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  annotateIndex,
  copy,
  createIndex,
  inspectRemote,
  parseMirror,
  pull,
  readRegistries,
  sync,
} from '../src/index.ts';
import type { PullEvent } from '../src/index.ts';
import { addRegistries } from '../src/registries/registries.ts';
import { registryClient } from './support/command.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry, types } from './support/fake-registry.ts';
import { impatientClient } from './support/impatient.ts';

/** A registry and a mirror of it that have the same image, `a/b:latest`. */
async function twoRegistries() {
  const [origin, mirror] = [await FakeRegistry.start(), await FakeRegistry.start()];
  const layers = [randomBytes(50_000), randomBytes(1_000_000)];
  const image = origin.addImage(layers, { tag: 'latest' });
  mirror.addImage(layers, { tag: 'latest' });
  return {
    origin,
    mirror,
    image,
    name: `${origin.host}/a/b`,
    [Symbol.asyncDispose]: async () => {
      await origin[Symbol.asyncDispose]();
      await mirror[Symbol.asyncDispose]();
    },
  };
}

async function pullWith(name: string, ...mirrors: string[]) {
  await using directory = await temporaryDirectory();
  const layout = await openLayout(join(directory.path, 'layout'), { create: true });
  const client = impatientClient({ mirrors: () => mirrors.map((text) => parseMirror(text)) });
  const events: PullEvent[] = [];
  const onEvent = (event: PullEvent): void => void events.push(event);
  const result = await pull(parseReference(name), layout, { client, onEvent });
  await resolveImage(layout, { name: `${parseReference(name).registry}/a/b:latest` });
  const texts = events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
  return { ...result, texts };
}

test('what a mirror has, it alone is asked for; the image keeps its own name', async () => {
  await using two = await twoRegistries();
  const { texts } = await pullWith(two.name, two.mirror.host);
  assert.is(two.origin.server.requests.length, 0);
  assert.equal(texts, []);
});

test('a namespace stands in front of the repository', async () => {
  await using two = await twoRegistries();
  await pullWith(two.name, `http://${two.mirror.host}/cache/hub`);
  assert.is(two.mirror.count('/v2/cache/hub/a/b/manifests/latest'), 1);
});

test('a mirror that is down, or has nothing: the next one, and the registry itself', async () => {
  await using two = await twoRegistries();
  two.mirror.manifests.clear();
  const down = `127.0.0.1:${await freePort()}`;
  const { downloadedBytes, texts } = await pullWith(two.name, down, two.mirror.host);
  assert.ok(downloadedBytes > 1_000_000);
  // What is down is asked once; what lacks the manifest may have the blobs.
  assert.is(texts.length, 2);
  assert.match(texts[0] ?? '', `mirror ${down} of ${two.origin.host} does not help`);
  assert.is(two.origin.count('/manifests/'), 1);
  assert.is(two.origin.count('/blobs/'), 0);
});

test('a mirror that lies about bytes: the registry’s are taken', async () => {
  await using two = await twoRegistries();
  for (const [digest, bytes] of two.mirror.blobs) {
    if (bytes.length > 10_000) two.mirror.blobs.set(digest, randomBytes(bytes.length));
  }
  await pullWith(two.name, two.mirror.host);
  assert.is(two.origin.count('/blobs/'), 2);
  assert.is(two.origin.count('/manifests/'), 0);
});

test('a mirror that lies about bytes: copy, inspect and index create take the registry’s', async () => {
  await using two = await twoRegistries();
  await using target = await FakeRegistry.start();
  for (const [digest, bytes] of two.mirror.blobs) {
    two.mirror.blobs.set(digest, randomBytes(bytes.length));
  }
  const client = impatientClient({ mirrors: () => [parseMirror(two.mirror.host)] });
  const from = parseReference(two.name);
  await copy(from, parseReference(`${target.host}/c:1`), { client });
  assert.equal(target.blobs, two.origin.blobs);
  assert.is(target.uploads.parts.size, 0);
  assert.is((await inspectRemote(client, from)).config?.architecture, 'amd64');
  const { descriptor } = await createIndex(parseReference(`${target.host}/c:all`), [from], {
    client,
  });
  assert.ok(target.manifests.has(descriptor.digest));
  assert.ok(two.mirror.count('/blobs/') > 0);
});

test('a mirror that lies about a digest: the registry’s manifest is taken', async () => {
  await using two = await twoRegistries();
  const { digest } = two.image.manifest;
  two.mirror.manifests.set(digest, {
    type: two.image.manifest.mediaType,
    bytes: Buffer.from('{}'),
  });
  const client = impatientClient({ mirrors: () => [parseMirror(two.mirror.host)] });
  const reference = { ...parseReference(two.name), digest: two.image.manifest.digest };
  const { descriptor } = await client.resolve(reference);
  assert.is(descriptor.digest, digest);
  assert.is(two.origin.count(digest), 1);
});

test('a mirror that breaks off in the middle: the registry sends the rest', async () => {
  await using two = await twoRegistries();
  const [, layer] = two.image.layers;
  two.mirror.override = (request, response) => {
    if (request.url?.includes(layer?.digest ?? '') !== true) return false;
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from > 0) {
      response.writeHead(500).end();
      return true;
    }
    response.setHeader('content-length', 1_000_000);
    response.write(two.mirror.blobs.get(layer?.digest ?? '')?.subarray(0, 700_000), () =>
      response.destroy(),
    );
    return true;
  };
  await pullWith(two.name, two.mirror.host);
  const rest = two.origin.server.requests.find(({ url }) => url.includes(layer?.digest ?? ''));
  assert.match(rest?.headers.range ?? '', /^bytes=[1-9]\d+-999999$/);
});

test('each gets the login of its own origin', async () => {
  await using two = await twoRegistries();
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  for (const registry of [two.origin, two.mirror]) {
    registry.override = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
  }
  two.mirror.manifests.clear();
  const client = impatientClient({
    mirrors: () => [parseMirror(two.mirror.host)],
    credentials: (registry) => Promise.resolve({ username: registry, password: 'p' }),
  });
  await client.resolve(parseReference(two.name));
  for (const { host, server } of [two.origin, two.mirror]) {
    const seen = new Set(server.requests.map(({ headers }) => headers.authorization));
    assert.equal([...seen], [undefined, basic(`${host}:p`)]);
  }
});

/** An index at `a/b:all` of the registry and another one, of its mirror, that it had before. */
function staleIndex({ origin, mirror, image }: Awaited<ReturnType<typeof twoRegistries>>) {
  const indexOf = (said: string) => ({
    schemaVersion: 2,
    mediaType: types.index,
    manifests: [image.manifest],
    annotations: { said },
  });
  const stale = mirror.addManifest(indexOf('before'), types.index, 'all');
  return { stale, current: origin.addManifest(indexOf('now'), types.index, 'all') };
}

test('what is written back was read at the registry: an index that is changed, and what becomes a part of one', async () => {
  await using two = await twoRegistries();
  staleIndex(two);
  const { digest } = two.mirror.addImage([randomBytes(100)], { tag: 'latest' }).manifest;
  const client = impatientClient({ mirrors: () => [parseMirror(two.mirror.host)] });
  const named = (tag: string) => ({ ...parseReference(two.name), tag });
  const change = { annotations: { by: 'me' } };
  await annotateIndex(named('all'), two.image.manifest.digest, change, { client });
  assert.match(two.origin.manifests.get('all')?.bytes.toString() ?? '', '"said":"now"');
  const { index } = await createIndex(named('new'), [named('latest')], { client });
  assert.is.not(index.manifests[0]?.digest, digest);
  assert.is(index.manifests[0]?.digest, two.image.manifest.digest);
});

test('what is synchronised is what the registry said, whatever a mirror has under that tag', async () => {
  await using two = await twoRegistries();
  await using target = await FakeRegistry.start();
  const { current } = staleIndex(two);
  two.origin.override = (request, response) => {
    if (request.url?.endsWith('/tags/list') !== true) return false;
    response.end('{"tags":["all"]}');
    return true;
  };
  const client = impatientClient({
    mirrors: (registry) => (registry === two.origin.host ? [parseMirror(two.mirror.host)] : []),
  });
  const to = { registry: target.host, repository: 'a/b' };
  const statuses: [string, string][] = [];
  for (const _ of [1, 2]) {
    for await (const { status, digest } of sync(parseReference(two.name), to, { client })) {
      statuses.push([status, digest]);
    }
  }
  assert.equal(statuses, [
    ['copied', current.digest],
    ['present', current.digest],
  ]);
});

for (const [challenge, insecure] of [
  ['Basic realm="x"', false],
  ['Bearer realm="https://127.0.0.1:1/token"', false],
  ['Basic realm="x"', true],
] as const) {
  const what = insecure ? 'gets its login in clear' : 'gets no login in clear, and that is told';
  test(`a mirror by plain http, ${insecure ? '' : 'not '}listed as insecure, ${what}: ${challenge}`, async () => {
    await using two = await twoRegistries();
    two.mirror.override = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    };
    const texts: string[] = [];
    const client = impatientClient({
      plainHttp: (registry) => registry === two.origin.host,
      insecure: (registry) => insecure && registry === two.mirror.host,
      mirrors: () => [parseMirror(`http://${two.mirror.host}`)],
      credentials: () => Promise.resolve({ username: 'u', password: 'hunter2' }),
    });
    await client.resolve(parseReference(two.name), { onFallback: (text) => texts.push(text) });
    const sent = two.mirror.server.requests.filter(({ headers }) => headers.authorization);
    assert.is(sent.length, insecure ? 1 : 0);
    assert.is(texts.length, insecure ? 0 : 1);
    assert.match(texts.join(), insecure ? '' : 'login is not sent over plain http');
  });
}

test('tags are the registry’s own', async () => {
  await using two = await twoRegistries();
  two.origin.override = (request, response) => {
    if (request.url?.endsWith('/tags/list') !== true) return false;
    response.end('{"tags":["latest"]}');
    return true;
  };
  const client = impatientClient({ mirrors: () => [parseMirror(two.mirror.host)] });
  for await (const tag of client.tags(parseReference(two.name))) assert.is(tag, 'latest');
  assert.is(two.mirror.server.requests.length, 0);
});

for (const [text, registry, namespace, scheme] of [
  ['mirror.test', 'mirror.test', '', undefined],
  ['https://Mirror.test:5000/', 'mirror.test:5000', '', 'https'],
  ['http://10.0.0.1/a/b-c', '10.0.0.1', 'a/b-c', 'http'],
  ['[::1]:5000', '[::1]:5000', '', undefined],
] as const) {
  test(`mirror ${text}`, () => {
    assert.equal(parseMirror(text), { name: text, registry, namespace, scheme });
  });
}

for (const text of ['', 'ftp://a', 'user:pw@a', 'a/B', 'a b', 'a?x=1', 'a/../b', 'https://']) {
  test(`no mirror: ${JSON.stringify(text)}`, async () => {
    await expectCode(
      Promise.resolve().then(() => parseMirror(text)),
      'REGISTRIES_INVALID',
    );
  });
}

test('registries.json: the first that there is; mirrors and insecure, and nothing misspelt', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'registries.json');
  const registries = {
    'docker.io': { mirrors: ['https://m.test', 'n.test/hub'] },
    'r.test:5000': { insecure: true },
  };
  await writeFile(path, JSON.stringify({ registries }));
  const read = await readRegistries([join(directory.path, 'nosuch.json'), path]);
  assert.equal(
    read.mirrors('docker.io').map(({ name }) => name),
    ['https://m.test', 'n.test/hub'],
  );
  assert.equal(read.mirrors('r.test:5000'), []);
  assert.equal([read.insecure('r.test:5000'), read.insecure('r.test')], [true, false]);
  for (const text of [
    '[]',
    '{',
    '{"registrys":{}}',
    '{"registries":{"a":{"mirror":[]}}}',
    '{"registries":{"a":{"insecure":"yes"}}}',
    '{"registries":{"a":{"mirrors":"m"}}}',
    '{"registries":{"a":{"mirrors":["ftp://m"]}}}',
    '{"registries":{"a b":{}}}',
  ]) {
    await writeFile(path, text);
    const error = await expectCode(readRegistries([path]), 'REGISTRIES_INVALID');
    assert.match(error.message, path, text);
  }
});

test('a registry is found in whatever letters it is written, and with the port of https', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'registries.json');
  const entry = { insecure: true, mirrors: ['m.test'] };
  await writeFile(path, JSON.stringify({ registries: { 'R.test:443': entry } }));
  const read = await readRegistries([path]);
  const given = addRegistries(await readRegistries([]), {
    mirrors: [['r.test:443', parseMirror('m.test')]],
    insecure: ['r.test:443'],
  });
  for (const { mirrors, insecure } of [read, given]) {
    for (const registry of ['r.test', 'R.TEST', 'r.test:443']) {
      assert.equal([insecure(registry), mirrors(registry).length], [true, 1], registry);
    }
    for (const other of ['r.test:80', 'a.r.test', 'r.test:4430']) {
      assert.equal([insecure(other), mirrors(other).length], [false, 0], other);
    }
  }
});

test('by flag and by file, in the command', async () => {
  await using two = await twoRegistries();
  await using directory = await temporaryDirectory();
  const target = join(directory.path, 'layout');
  const flag = `${two.origin.host}=${two.mirror.host}`;
  const first = await registryClient(['pull', two.name, '-o', target, '--mirror', flag]);
  assert.is(first.code, 0, first.stderr);
  assert.is(two.origin.server.requests.length, 0);
  const path = join(directory.path, 'registries.json');
  const registries = { [two.origin.host]: { mirrors: [two.mirror.host] } };
  await writeFile(path, JSON.stringify({ registries }));
  const env = { ...process.env, CTR_REGISTRIES: path };
  const second = await registryClient(['manifest', two.name], { env });
  assert.is(second.code, 0, second.stderr);
  assert.is(two.origin.server.requests.length, 0);
  const wrong = await registryClient(['manifest', two.name, '--mirror', 'x']);
  assert.is(wrong.code, 125);
});

test('a mirror that leads elsewhere takes no login along', async () => {
  await using two = await twoRegistries();
  await using thief = await scriptedRegistry((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  two.mirror.override = (request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    } else response.writeHead(307, { location: `${thief.origin}/x` }).end();
    return true;
  };
  const client = impatientClient({
    mirrors: () => [parseMirror(two.mirror.host)],
    credentials: () => Promise.resolve({ username: 'u', password: 'p' }),
  });
  await client.resolve(parseReference(two.name));
  assert.equal(
    thief.requests.map(({ headers }) => headers.authorization),
    [undefined],
  );
});

test.run();
