import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blobPath, openLayout, readIndex, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform, parsePlatform, parseReference } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { makeImageLayout, temporaryDirectory } from '@ctrkit/testing';
import type { ImageParts } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { push } from '../src/index.ts';
import type { PushEvent, PushOptions } from '../src/index.ts';
import { expectCode } from './support/expect-code.ts';
import { FakeRegistry, sha256, types } from './support/fake-registry.ts';
import { eagerClient } from './support/impatient.ts';

interface World extends AsyncDisposable {
  registry: FakeRegistry;
  layout: Layout;
  /** The only entry of the layout. */
  image: Descriptor;
  directory: string;
}

async function world(parts: Partial<ImageParts> = {}): Promise<World> {
  const registry = await FakeRegistry.start();
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  await makeImageLayout(path, { layers: [randomBytes(3_000_000), randomBytes(100)], ...parts });
  const layout = await openLayout(path);
  const [image] = (await readIndex(layout)).manifests;
  if (image === undefined) throw new Error('no image');
  return {
    registry,
    layout,
    image,
    directory: directory.path,
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const pushTo = ({ registry, layout, image }: World, name: string, options: PushOptions = {}) =>
  push(layout, image, parseReference(`${registry.host}/${name}`), {
    client: eagerClient(),
    ...options,
  });

async function addDocument(layout: Layout, document: object, mediaType: string) {
  const bytes = Buffer.from(JSON.stringify(document));
  const pieces = (async function* () {
    yield bytes;
  })();
  return { mediaType, ...(await writeBlob(layout, undefined, pieces)) };
}

test('an image arrives byte for byte, blobs before its manifest, and events tell of its layers', async () => {
  await using here = await world();
  const events: PushEvent[] = [];
  const result = await pushTo(here, 'a/b:1', { onEvent: (event) => events.push(event) });
  assert.is(result.changed, true);
  assert.is(result.descriptor.digest, here.image.digest);
  assert.is(sha256(here.registry.manifests.get('1')?.bytes ?? Buffer.alloc(0)), here.image.digest);
  assert.is(here.registry.blobs.size, 3);
  const writes = here.registry.server.requests.filter(({ method }) => method === 'PUT');
  assert.match(writes.at(-1)?.url ?? '', '/manifests/1');
  assert.is(writes.filter(({ url }) => url.includes('/manifests/')).length, 1);
  const ended = events.filter((event) => event.type === 'layer' && event.status === 'pushed');
  assert.is(ended.length, 2);
});

test('what is there is not sent again, not even its name', async () => {
  await using here = await world();
  await pushTo(here, 'a/b:1');
  const before = here.registry.server.requests.length;
  const events: PushEvent[] = [];
  const again = await pushTo(here, 'a/b:1', { onEvent: (event) => events.push(event) });
  assert.equal([again.changed, again.uploadedBytes], [false, 0]);
  const methods = here.registry.server.requests.slice(before).map(({ method }) => method);
  assert.equal(new Set(methods), new Set(['HEAD']));
  assert.equal(
    new Set(events.map((event) => event.type === 'layer' && event.status)),
    new Set(['present']),
  );
});

test('small blobs go in one request, large ones in one piece or in chunks', async () => {
  for (const [chunkSize, pieces] of [
    [undefined, 1],
    [1_000_000, 4],
  ] as const) {
    await using here = await world({ layers: [randomBytes(3_500_000)], compression: 'none' });
    await pushTo(here, 'a/b:1', chunkSize === undefined ? {} : { chunkSize });
    assert.is(here.registry.count('/blobs/uploads/', ['PATCH']), pieces);
    assert.is(here.registry.blobs.size, 2);
  }
});

test('a registry that wants larger chunks gets them', async () => {
  await using here = await world({ layers: [randomBytes(3_500_000)], compression: 'none' });
  here.registry.override = (request, response) => {
    if (request.method === 'POST') response.setHeader('oci-chunk-min-length', '2000000');
    return false;
  };
  await pushTo(here, 'a/b:1', { chunkSize: 1_000_000 });
  assert.is(here.registry.count('/blobs/uploads/', ['PATCH']), 2);
});

test('a blob of another repository is mounted; where that is refused it is sent', async () => {
  await using here = await world();
  await pushTo(here, 'base:1');
  const { registry } = here;
  registry.override = (request, response) => {
    const isHead = request.method === 'HEAD' && request.url?.includes('/app/blobs/') === true;
    if (isHead) response.writeHead(404).end();
    return isHead;
  };
  const events: PushEvent[] = [];
  const onEvent = (event: PushEvent) => void events.push(event);
  const mounted = await pushTo(here, 'app:1', { mountFrom: () => 'base', onEvent });
  assert.is(mounted.uploadedBytes, 0);
  assert.ok(events.every((event) => event.type === 'layer' && event.from === 'base'));
  registry.override = (request, response) => {
    const isRefused = request.url?.includes('mount=') === true;
    const isHead = request.method === 'HEAD' && request.url?.includes('/other/blobs/') === true;
    if (isRefused || isHead) response.writeHead(isHead ? 404 : 403).end();
    return isRefused || isHead;
  };
  const sent = await pushTo(here, 'other:1', { mountFrom: () => 'base' });
  assert.ok(sent.uploadedBytes > 3_000_000);
});

test('a damaged blob never gets its name in the registry', async () => {
  for (const size of [3_000_000, 1000]) {
    await using here = await world({ layers: [randomBytes(size)], compression: 'none' });
    const [, layer] = await blobsOf(here);
    await writeFile(blobPath(here.layout, layer.digest), randomBytes(size));
    await expectCode(pushTo(here, 'a/b:1'), 'DIGEST_MISMATCH');
    assert.is(here.registry.blobs.has(layer.digest), false);
    assert.is(here.registry.count('digest=' + encodeURIComponent(layer.digest)), 0);
    assert.is(here.registry.manifests.size, 0);
    // It is told that no more will come; that of the config, which was then stopped, may have begun.
    const left = [...here.registry.uploads.parts.values()];
    assert.ok(left.every(({ length }) => length < 1000));
  }
});

async function blobsOf({ layout, image }: World): Promise<[Descriptor, Descriptor]> {
  const { readSmallBlob } = await import('@ctrkit/layout');
  const { config, layers } = JSON.parse((await readSmallBlob(layout, image)).toString()) as {
    config: Descriptor;
    layers: [Descriptor];
  };
  return [config, layers[0]];
}

test('a blob that is missing, and a target whose digest is another', async () => {
  await using here = await world();
  const { removeBlob } = await import('@ctrkit/layout');
  await expectCode(pushTo(here, `a/b@${sha256(Buffer.from('x'))}`), 'DIGEST_MISMATCH');
  const [, layer] = await blobsOf(here);
  await removeBlob(here.layout, layer.digest);
  await expectCode(pushTo(here, 'a/b:1'), 'IMAGE_INCOMPLETE');
  assert.is(here.registry.server.requests.length, 0);
});

test('an index: all of it, children first; one platform; what is there of it', async () => {
  await using here = await world({ architecture: 'amd64' });
  const other = { mediaType: types.manifest, digest: sha256(Buffer.from('absent')), size: 6 };
  const { platform: _, annotations: __, ...child } = here.image;
  const amd64 = { os: 'linux', architecture: 'amd64' };
  const arm64 = { os: 'linux', architecture: 'arm64' };
  const indexOf = async (manifests: object[]) =>
    await addDocument(
      here.layout,
      { schemaVersion: 2, mediaType: types.index, manifests },
      types.index,
    );
  const whole = await indexOf([{ ...child, platform: amd64 }]);
  await pushTo({ ...here, image: whole }, 'a/b:all', { platforms: 'all' });
  const puts = here.registry.server.requests.flatMap(({ method, url }) =>
    method === 'PUT' && url.includes('/manifests/') ? [url.split('/').at(-1)] : [],
  );
  assert.equal(puts, [child.digest, 'all']);

  const sparse = await indexOf([
    { ...child, platform: amd64 },
    { ...other, platform: arm64 },
  ]);
  const target = { ...here, image: sparse };
  await expectCode(pushTo(target, 'a/b:x', { platforms: 'all' }), 'IMAGE_INCOMPLETE');
  await expectCode(
    pushTo(target, 'a/b:x', { platforms: parsePlatform('linux/arm64') }),
    'IMAGE_INCOMPLETE',
  );
  await expectCode(
    pushTo(target, 'a/b:x', { platforms: parsePlatform('linux/s390x') }),
    'PLATFORM_NOT_FOUND',
  );
  const one = await pushTo(target, 'a/b:one', { platforms: parsePlatform('linux/amd64') });
  assert.is(one.descriptor.digest, child.digest);
});

test('of an index that is here in part, what is for this machine goes, and that is told', async () => {
  await using here = await world();
  const { platform = hostPlatform(), annotations: _, ...child } = here.image;
  const absent = { mediaType: types.manifest, digest: sha256(Buffer.from('absent')), size: 6 };
  const manifests = [
    { ...absent, platform: { os: 'linux', architecture: 's390x' } },
    { ...child, platform },
  ];
  const document = { schemaVersion: 2, mediaType: types.index, manifests };
  const image = await addDocument(here.layout, document, types.index);
  const told: string[] = [];
  const onEvent = (event: PushEvent) => void (event.type === 'message' && told.push(event.text));
  const { descriptor } = await pushTo({ ...here, image }, 'a/b:1', { onEvent });
  assert.is(descriptor.digest, child.digest);
  assert.is(told.length, 1);
  assert.match(told[0] ?? '', child.digest);
});

test('a layer that lies elsewhere by its own word is not needed here', async () => {
  await using here = await world();
  const [config, layer] = await blobsOf(here);
  const foreign = {
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    digest: sha256(Buffer.from('foreign')),
    size: 7,
    urls: ['http://169.254.169.254/layer'],
  };
  const document = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers: [layer, foreign],
  };
  const image = await addDocument(here.layout, document, types.manifest);
  await pushTo({ ...here, image }, 'a/b:1');
  assert.is(here.registry.count(foreign.digest), 0);
});

test('a registry that said that it has a blob, and has not', async () => {
  await using here = await world();
  here.registry.override = (request, response) => {
    const isHead = request.method === 'HEAD' && request.url?.includes('/blobs/') === true;
    const isManifest = request.method === 'PUT' && request.url?.includes('/manifests/') === true;
    if (isHead) response.end();
    if (isManifest) response.writeHead(404).end();
    return isHead || isManifest;
  };
  await expectCode(pushTo(here, 'a/b:1'), 'BLOB_UNKNOWN');
});

test('a manifest that is for another platform than was asked for', async () => {
  await using here = await world({ architecture: 'amd64' });
  const platforms = parsePlatform('linux/arm64');
  await expectCode(pushTo(here, 'a/b:1', { platforms }), 'PLATFORM_NOT_FOUND');
});

/** An artifact about the image of a place, in its layout. */
async function addArtifact({ layout, image }: World) {
  const empty = {
    mediaType: 'application/vnd.oci.empty.v1+json',
    digest: sha256(Buffer.from('{}')),
    size: 2,
    data: Buffer.from('{}').toString('base64'),
  };
  const { mediaType, digest, size } = image;
  const document = {
    schemaVersion: 2,
    mediaType: types.manifest,
    artifactType: 'application/x.sbom',
    config: empty,
    layers: [empty],
    subject: { mediaType, digest, size },
    annotations: { made: 'today' },
  };
  return await addDocument(layout, document, types.manifest);
}

test('an artifact with a subject: listed by the registry, or by its tag', async () => {
  for (const listsReferrers of [true, false]) {
    await using here = await world();
    here.registry.uploads.listsReferrers = listsReferrers;
    await pushTo(here, 'a/b:1');
    const artifact = await addArtifact(here);
    const { digest } = here.image;
    for (const name of [`a/b@${artifact.digest}`, 'a/b:sbom']) {
      await pushTo({ ...here, image: artifact }, name);
    }
    const list = here.registry.manifests.get(digest.replace(':', '-'));
    assert.is(list !== undefined, !listsReferrers);
    if (list === undefined) continue;
    const { manifests } = JSON.parse(list.bytes.toString()) as { manifests: unknown[] };
    assert.equal(manifests, [
      { ...artifact, artifactType: 'application/x.sbom', annotations: { made: 'today' } },
    ]);
  }
});

test('an artifact that is there but not listed with its subject is listed by the next push', async () => {
  await using here = await world();
  const artifact = await addArtifact(here);
  const list = here.image.digest.replace(':', '-');
  here.registry.override = (request, response) => {
    const isList = request.method === 'PUT' && request.url?.endsWith(list) === true;
    if (isList) response.writeHead(403).end();
    return isList;
  };
  await expectCode(pushTo({ ...here, image: artifact }, 'a/b:sbom'), 'DENIED');
  here.registry.override = () => false;
  assert.is((await pushTo({ ...here, image: artifact }, 'a/b:sbom')).changed, false);
  assert.match(here.registry.manifests.get(list)?.bytes.toString() ?? '', artifact.digest);
  const before = here.registry.count('/manifests/', ['PUT']);
  await pushTo({ ...here, image: artifact }, 'a/b:sbom');
  assert.is(here.registry.count('/manifests/', ['PUT']), before, 'once is enough');
});

test('a signal ends it with its reason', async () => {
  await using here = await world();
  const reason = new Error('enough');
  const controller = new AbortController();
  here.registry.override = (request) => {
    if (request.method !== 'PATCH') return false;
    controller.abort(reason);
    return true;
  };
  let thrown: unknown;
  await pushTo(here, 'a/b:1', { signal: controller.signal }).catch((error: unknown) => {
    thrown = error;
  });
  assert.is(thrown, reason);
});

test.run();
