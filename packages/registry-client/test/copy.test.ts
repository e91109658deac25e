import { randomBytes } from 'node:crypto';
import { parsePlatform, parseReference } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { copy } from '../src/index.ts';
import type { CopyOptions, RegistryClientOptions } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry, types } from './support/fake-registry.ts';
import type { Image } from './support/fake-registry.ts';
import { eagerClient } from './support/impatient.ts';

interface Pair extends AsyncDisposable {
  from: FakeRegistry;
  to: FakeRegistry;
  image: Image;
  /** The layer that is too large for one request. */
  large: { digest: string; bytes: Buffer };
}

async function pair(): Promise<Pair> {
  const [from, to] = [await FakeRegistry.start(), await FakeRegistry.start()];
  const bytes = randomBytes(3_000_000);
  const image = from.addImage([bytes, randomBytes(10)], { tag: '1' });
  return {
    from,
    to,
    image,
    large: { digest: image.layers[0]?.digest ?? '', bytes },
    [Symbol.asyncDispose]: async () => {
      await from[Symbol.asyncDispose]();
      await to[Symbol.asyncDispose]();
    },
  };
}

const copyIn = (
  { from, to }: Pair,
  options: CopyOptions = {},
  client: RegistryClientOptions = {},
  tag = '1',
) =>
  copy(parseReference(`${from.host}/a/b:${tag}`), parseReference(`${to.host}/c:2`), {
    client: eagerClient(client),
    ...options,
  });

test('an image goes over byte for byte, and only what is missing', async () => {
  await using here = await pair();
  const { from, to, image } = here;
  assert.is((await copyIn(here)).descriptor.digest, image.manifest.digest);
  assert.equal(to.manifests.get('2')?.bytes, from.manifests.get('1')?.bytes);
  assert.equal(to.blobs, from.blobs);
  const before = from.count('/blobs/');
  const again = await copyIn(here);
  assert.equal([again.changed, again.uploadedBytes], [false, 0]);
  assert.is(from.count('/blobs/'), before, 'nothing is fetched that is there');
});

test('to another name of the same registry nothing is fetched', async () => {
  await using here = await pair();
  const { from } = here;
  from.override = (request, response) => {
    const isHead = request.method === 'HEAD' && request.url?.startsWith('/v2/c/') === true;
    if (isHead) response.writeHead(404).end();
    return isHead;
  };
  await copyIn({ ...here, to: from });
  assert.is(from.count('/blobs/sha256', ['GET']), 0);
  assert.is(from.count('from=a/b', ['POST']), 3);
});

test('wrong bytes of the source never get a name in the target', async () => {
  for (const change of [
    (bytes: Buffer) => Buffer.from(bytes).fill(0, 100, 200),
    (bytes: Buffer) => bytes.subarray(0, 1_000_000),
    (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('more')]),
  ]) {
    await using here = await pair();
    const { from, to, large } = here;
    from.blobs.set(large.digest, change(large.bytes));
    const failing = copyIn(here);
    const error = await failing.then(
      () => undefined,
      (thrown: { code?: string }) => thrown,
    );
    assert.ok(['DIGEST_MISMATCH', 'SIZE_MISMATCH'].includes(error?.code ?? ''), error?.code);
    assert.is(to.blobs.has(large.digest), false);
    assert.is(to.count(`digest=${encodeURIComponent(large.digest)}`), 0);
    assert.is(to.manifests.size, 0);
  }
});

test('a source that breaks off and a target that does', async () => {
  await using here = await pair();
  const { from, to, large } = here;
  let broken = 0;
  from.override = (request, response) => {
    if (request.method !== 'GET' || broken > 0 || !request.url?.endsWith(large.digest))
      return false;
    broken += 1;
    response.writeHead(200, { 'content-length': large.bytes.length });
    response.write(large.bytes.subarray(0, 1_500_000), () => response.destroy());
    return true;
  };
  let cut = 0;
  to.override = (request) => {
    if (request.method !== 'PATCH' || cut > 0) return false;
    cut += 1;
    request.socket.destroy();
    return true;
  };
  await copyIn(here);
  assert.equal([broken, cut], [1, 1]);
  assert.equal(to.blobs, from.blobs);
});

test('each registry gets its own credentials only', async () => {
  await using here = await pair();
  const passwords = new Map([
    [here.from.host, 'of-the-source'],
    [here.to.host, 'of-the-target'],
  ]);
  for (const registry of [here.from, here.to]) {
    registry.override = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
  }
  const credentials = (registry: string) =>
    Promise.resolve({ username: 'me', password: passwords.get(registry) ?? '' });
  await copyIn(here, {}, { credentials });
  for (const registry of [here.from, here.to]) {
    const sent = registry.server.requests.flatMap(({ headers }) => headers.authorization ?? []);
    const own = Buffer.from(`me:${passwords.get(registry.host)}`).toString('base64');
    assert.equal(new Set(sent), new Set([`Basic ${own}`]));
  }
});

test('an index, all of it or one platform of it, nested as it may be', async () => {
  await using here = await pair();
  const { from, to } = here;
  const arm = from.addImage([randomBytes(50)], { architecture: 'arm64' });
  const platform = (architecture: string) => ({ platform: { os: 'linux', architecture } });
  const index = (...manifests: object[]) => ({
    schemaVersion: 2,
    mediaType: types.index,
    manifests,
  });
  const inner = from.addManifest(
    index(
      { ...arm.manifest, ...platform('arm64') },
      { ...here.image.manifest, ...platform('amd64') },
    ),
    types.index,
  );
  const outer = from.addManifest(index(inner), types.index, 'multi');
  const all = await copyIn(here, {}, {}, 'multi');
  assert.is(all.descriptor.digest, outer.digest);
  for (const part of [outer, inner, arm.manifest, here.image.manifest]) {
    assert.equal(to.manifests.get(part.digest)?.bytes, from.manifests.get(part.digest)?.bytes);
  }
  const puts = to.server.requests.flatMap(({ method, url }) =>
    method === 'PUT' && url.includes('/manifests/') ? [url.split('/').at(-1)] : [],
  );
  assert.equal(puts.slice(-2), [inner.digest, '2'], 'what lists comes after what is listed');
  const platforms = parsePlatform('linux/arm64');
  const one = await copyIn(here, { platforms }, {}, 'multi');
  assert.is(one.descriptor.digest, arm.manifest.digest);
});

test('what is about an image goes with it, and what is about that, when it is asked for', async () => {
  await using here = await pair();
  const { from, to, image } = here;
  const about = (subject: Image['manifest'], text: string) => {
    const layer = from.addBlob(Buffer.from(text), 'text/plain');
    const { config } = image;
    return from.addManifest(
      { schemaVersion: 2, mediaType: types.manifest, config, layers: [layer], subject },
      types.manifest,
    );
  };
  const list = (subject: Image['manifest'], ...manifests: object[]) =>
    from.addManifest(
      { schemaVersion: 2, mediaType: types.index, manifests },
      types.index,
      subject.digest.replace(':', '-'),
    );
  const sbom = about(image.manifest, 'an inventory');
  const signature = about(sbom, 'a signature of it');
  list(image.manifest, sbom);
  // One that refers to itself, as far as the list says, ends too.
  list(sbom, signature, sbom);
  await copyIn(here);
  assert.is(to.manifests.has(sbom.digest), false);
  await copyIn(here, { referrers: true });
  for (const { digest } of [sbom, signature]) assert.is(to.manifests.has(digest), true, digest);
  const listed = to.manifests.get(image.manifest.digest.replace(':', '-'));
  assert.match(listed?.bytes.toString() ?? '', sbom.digest);
});

test('an index whose parts the registry has lost, or that is nested without an end', async () => {
  await using here = await pair();
  const { from, to } = here;
  const lost = { mediaType: types.manifest, digest: `sha256:${'0'.repeat(64)}`, size: 3 };
  const index = (...manifests: object[]) => ({
    schemaVersion: 2,
    mediaType: types.index,
    manifests,
  });
  from.addManifest(index(here.image.manifest, lost), types.index, 'lost');
  await expectCode(copyIn(here, {}, {}, 'lost'), 'MANIFEST_UNKNOWN');
  let deep: object = here.image.manifest;
  for (let depth = 0; depth < 6; depth += 1) {
    deep = from.addManifest(index(deep), types.index, 'deep');
  }
  await expectCode(copyIn(here, {}, {}, 'deep'), 'IMAGE_INVALID');
  assert.is(to.manifests.size, 0);
});

test.run();
