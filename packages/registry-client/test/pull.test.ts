import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blobPath, openLayout, readIndex, resolveImage } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform, parsePlatform, parseReference } from '@ctrkit/oci';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pull } from '../src/index.ts';
import type { PullEvent, PullOptions } from '../src/index.ts';
import { FakeRegistry, types } from './support/fake-registry.ts';
import type { Blob } from './support/fake-registry.ts';
import { collect, expectCode } from './support/expect-code.ts';
import { impatientClient } from './support/impatient.ts';

interface House extends AsyncDisposable {
  registry: FakeRegistry;
  layout: Layout;
  pull: (suffix?: string, options?: PullOptions) => ReturnType<typeof pull>;
}

async function house(): Promise<House> {
  const registry = await FakeRegistry.start();
  const directory = await temporaryDirectory();
  const layout = await openLayout(directory.path, { create: true });
  return {
    registry,
    layout,
    pull: (suffix = ':latest', options = {}) =>
      pull(parseReference(`${registry.host}/a/b${suffix}`), layout, {
        client: impatientClient(),
        ...options,
      }),
    [Symbol.asyncDispose]: async () => {
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const blobsIn = async (layout: Layout) =>
  (await readdir(join(layout.directory, 'blobs/sha256'))).map((hex) => `sha256:${hex}`).toSorted();

const partialsIn = async (layout: Layout) =>
  await readdir(join(layout.directory, 'ingest')).catch(() => [] as string[]);

const layersOf = (count: number, size = 100_000) =>
  Array.from({ length: count }, () => randomBytes(size));

const index = (manifests: object[], mediaType = types.index) => ({
  schemaVersion: 2,
  mediaType,
  manifests,
});
const for_ = (manifest: Blob, text: string) => ({ ...manifest, platform: parsePlatform(text) });

test('an image, whole: all blobs, the name, nothing else', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(5), { tag: 'latest' });
  const result = await h.pull();
  const all = [image.manifest, image.config, ...image.layers];
  assert.equal(await blobsIn(h.layout), all.map(({ digest }) => digest).toSorted());
  assert.equal(await partialsIn(h.layout), []);
  assert.is(result.changed, true);
  assert.is(result.target.digest, image.manifest.digest);
  const bytes = [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0);
  assert.is(result.downloadedBytes, bytes);
  const name = `${h.registry.host}/a/b:latest`;
  const found = await resolveImage(h.layout, { name });
  assert.is(found.manifestDescriptor.digest, image.manifest.digest);
  const [entry] = (await readIndex(h.layout)).manifests;
  assert.is(entry?.annotations?.['org.opencontainers.image.ref.name'], name);
  assert.is(entry?.annotations?.['io.containerd.image.name'], name);
});

test('the second time nothing is downloaded and nothing has changed', async () => {
  await using h = await house();
  h.registry.addImage(layersOf(2), { tag: 'latest' });
  await h.pull();
  const events: PullEvent[] = [];
  const result = await h.pull(':latest', { onEvent: (event) => events.push(event) });
  assert.equal([result.changed, result.downloadedBytes], [false, 0]);
  assert.is(h.registry.count('/blobs/'), 3);
  assert.equal(
    [...new Set(events.map((event) => event.type === 'layer' && event.status))],
    ['exists'],
  );
});

test('a tag that moved is changed; layers that both have are not fetched again', async () => {
  await using h = await house();
  const [base, one, two] = layersOf(3) as [Buffer, Buffer, Buffer];
  h.registry.addImage([base, one], { tag: 'latest' });
  await h.pull();
  const image = h.registry.addImage([base, two], { tag: 'latest' });
  const result = await h.pull();
  assert.is(result.changed, true);
  assert.is(result.downloadedBytes, two.length + image.config.size);
  assert.is((await readIndex(h.layout)).manifests.length, 1);
});

test('docker schema 2, image and manifest list', async () => {
  await using h = await house();
  const { architecture } = hostPlatform();
  const image = h.registry.addImage(layersOf(1), { docker: true, architecture });
  const list = h.registry.addManifest(
    index([for_(image.manifest, `linux/${architecture}`)], types.dockerList),
    types.dockerList,
    'latest',
  );
  const result = await h.pull();
  assert.is(result.target.digest, list.digest);
  assert.is(result.target.mediaType, types.dockerList);
  assert.is(result.descriptor.digest, image.manifest.digest);
  const found = await resolveImage(h.layout, { name: `${h.registry.host}/a/b:latest` });
  assert.is(found.configDescriptor.digest, image.config.digest);
});

test('of an index the platform that was asked for, and only that', async () => {
  await using h = await house();
  const amd64 = h.registry.addImage(layersOf(1), { architecture: 'amd64' });
  const arm64 = h.registry.addImage(layersOf(1), { architecture: 'arm64' });
  const attestation = { ...h.registry.addImage(layersOf(1)).manifest };
  const manifests = [
    { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } },
    for_(amd64.manifest, 'linux/amd64'),
    for_(arm64.manifest, 'linux/arm64'),
  ];
  h.registry.addManifest(index(manifests), types.index, 'latest');
  const result = await h.pull(':latest', { platform: parsePlatform('linux/arm64') });
  assert.is(result.descriptor.digest, arm64.manifest.digest);
  assert.is(h.registry.count(amd64.manifest.digest), 0);
  assert.is(h.registry.count('/blobs/'), 2);
});

test('a multi-arch image without ours says what there is', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1));
  const manifests = [for_(image.manifest, 'linux/s390x'), for_(image.manifest, 'linux/arm/v6')];
  h.registry.addManifest(index(manifests), types.index, 'latest');
  const error = await expectCode(
    h.pull(':latest', { platform: parsePlatform('linux/riscv64') }),
    'PLATFORM_NOT_FOUND',
  );
  assert.match(String(error.hint), 'linux/s390x');
  assert.match(String(error.hint), 'linux/arm/v6');
  assert.equal((await readIndex(h.layout)).manifests, []);
});

test('a single image for another platform than was asked for', async () => {
  await using h = await house();
  h.registry.addImage(layersOf(1), { tag: 'latest', architecture: 's390x' });
  await expectCode(
    h.pull(':latest', { platform: parsePlatform('linux/arm64') }),
    'PLATFORM_NOT_FOUND',
  );
  assert.equal((await readIndex(h.layout)).manifests, []);
  await h.pull();
  assert.is((await readIndex(h.layout)).manifests.length, 1);
});

test('an index in an index is followed; one without end is not', async () => {
  await using h = await house();
  const { architecture } = hostPlatform();
  const image = h.registry.addImage(layersOf(1), { architecture });
  const wrap = (inner: Blob, tag?: string) =>
    h.registry.addManifest(index([for_(inner, `linux/${architecture}`)]), types.index, tag);
  const inner = wrap(image.manifest);
  wrap(inner, 'nested');
  const result = await h.pull(':nested');
  assert.is(result.descriptor.digest, image.manifest.digest);
  wrap(wrap(wrap(wrap(inner))), 'endless');
  await expectCode(h.pull(':endless'), 'IMAGE_INVALID');
});

test('an index that loops back to itself by a lie is refused', async () => {
  await using h = await house();
  const { architecture } = hostPlatform();
  const image = h.registry.addImage(layersOf(1));
  const lie = { ...image.manifest, mediaType: types.index };
  const looping = index([for_(lie, `linux/${architecture}`)]);
  const made = h.registry.addManifest(looping, types.index, 'latest');
  const bytes = Buffer.from(JSON.stringify(looping));
  h.registry.manifests.set(lie.digest, { type: types.index, bytes });
  assert.is(made.size, bytes.length);
  await expectCode(h.pull(), 'DIGEST_MISMATCH');
});

test('a child manifest of another size than its index says', async () => {
  await using h = await house();
  const { architecture } = hostPlatform();
  const image = h.registry.addImage(layersOf(1));
  const child = for_({ ...image.manifest, size: image.manifest.size + 1 }, `linux/${architecture}`);
  h.registry.addManifest(index([child]), types.index, 'latest');
  await expectCode(h.pull(), 'SIZE_MISMATCH');
});

test('by digest: recorded under it; a tag beside it says nothing', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1));
  await h.pull(`:ignored@${image.manifest.digest}`);
  const name = `${h.registry.host}/a/b@${image.manifest.digest}`;
  assert.is((await resolveImage(h.layout, { name })).target.digest, image.manifest.digest);
});

test('a layer listed twice is downloaded once; two sizes for it are a lie', async () => {
  await using h = await house();
  const [layer] = layersOf(1) as [Buffer];
  const image = h.registry.addImage([layer, layer], { tag: 'latest' });
  await h.pull();
  assert.is(h.registry.count(`/blobs/${image.layers[0]?.digest}`), 1);
  const [first] = image.layers as [Blob];
  const layers = [first, { ...first, size: first.size + 1 }];
  h.registry.addManifest({ ...image.document, layers }, types.manifest, 'lie');
  await expectCode(h.pull(':lie'), 'IMAGE_INVALID');
});

test('a layer of zero length', async () => {
  await using h = await house();
  const image = h.registry.addImage([Buffer.alloc(0), ...layersOf(1)], { tag: 'latest' });
  await h.pull();
  assert.ok((await blobsIn(h.layout)).includes(image.layers[0]?.digest ?? ''));
  const none = { ...image.layers[1], size: 0 };
  const layers = [image.layers[0], none];
  h.registry.addManifest({ ...image.document, layers }, types.manifest, 'lie');
  h.registry.override = () => false;
  await using other = await temporaryDirectory();
  const layout = await openLayout(other.path, { create: true });
  const reference = parseReference(`${h.registry.host}/a/b:lie`);
  await expectCode(pull(reference, layout, { client: impatientClient() }), 'DIGEST_MISMATCH');
  assert.equal(await partialsIn(layout), []);
});

test('a config that names another number of layers', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(2));
  const document = { ...image.document, layers: image.layers.slice(1) };
  h.registry.addManifest(document, types.manifest, 'latest');
  await expectCode(h.pull(), 'IMAGE_INVALID');
  assert.equal((await readIndex(h.layout)).manifests, []);
});

test('a config of 100 MB is not fetched', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1));
  const config = { ...image.config, size: 100_000_000 };
  h.registry.addManifest({ ...image.document, config }, types.manifest, 'latest');
  await expectCode(h.pull(), 'IMAGE_INVALID');
  assert.is(h.registry.count('/blobs/'), 0);
});

test('an unvalidated digest is never a path or a URL (CVE-2024-3727)', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1));
  for (const digest of ['sha256:../../../etc/passwd', 'md5:00', `sha256:${'A'.repeat(64)}`, '']) {
    const layers = [{ ...image.layers[0], digest }];
    h.registry.addManifest({ ...image.document, layers }, types.manifest, 'latest');
    const error = await h.pull().catch((error: { code: string }) => error);
    assert.match((error as { code: string }).code, /^(DIGEST_INVALID|MANIFEST_INVALID)$/);
  }
  assert.is(h.registry.count('/blobs/'), 0);
});

test('urls of foreign layers are not followed (CVE-2020-15157)', async () => {
  await using h = await house();
  await using thief = await FakeRegistry.start();
  const image = h.registry.addImage(layersOf(1));
  const [layer] = image.layers as [Blob];
  const foreign = {
    ...layer,
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    urls: [`${thief.server.origin}/layer`],
  };
  h.registry.addManifest({ ...image.document, layers: [foreign] }, types.manifest, 'latest');
  h.registry.blobs.delete(layer.digest);
  await expectCode(h.pull(), 'BLOB_UNKNOWN');
  assert.is(thief.server.requests.length, 0);
});

test('404 of a blob, and nothing has the name', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(4), { tag: 'latest' });
  h.registry.blobs.delete(image.layers[2]?.digest ?? '');
  await expectCode(h.pull(), 'BLOB_UNKNOWN');
  assert.equal((await readIndex(h.layout)).manifests, []);
});

test('a wrong blob is never found under a digest, and leaves no partial', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  const [layer] = image.layers as [Blob];
  h.registry.blobs.set(layer.digest, Buffer.alloc(layer.size));
  await expectCode(h.pull(), 'DIGEST_MISMATCH');
  assert.not((await blobsIn(h.layout)).includes(layer.digest));
  assert.not((await partialsIn(h.layout)).includes(layer.digest));
});

test('a truncated layer: BLOB_TRUNCATED, what came is kept and continued', async () => {
  await using h = await house();
  const [content] = layersOf(1, 2_000_000) as [Buffer];
  const image = h.registry.addImage([content], { tag: 'latest' });
  const [layer] = image.layers as [Blob];
  h.registry.override = (request, response) => {
    if (request.url?.includes(layer.digest) !== true) return false;
    const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    // After its first part this registry brings nothing more.
    const part = first === 0 ? content.subarray(0, 1_500_000) : Buffer.alloc(0);
    const range = `bytes ${first}-${content.length - 1}/${content.length}`;
    response.writeHead(first === 0 ? 200 : 206, {
      'content-length': content.length - first,
      ...(first > 0 && { 'content-range': range }),
    });
    response.write(part, () => setTimeout(() => response.destroy(), 50));
    response.flushHeaders();
    return true;
  };
  await expectCode(h.pull(), 'BLOB_TRUNCATED');
  assert.equal(await partialsIn(h.layout), [layer.digest]);
  const kept = await readFile(join(h.layout.directory, 'ingest', layer.digest));
  assert.ok(kept.length > 0 && kept.equals(content.subarray(0, kept.length)));
  h.registry.override = () => false;
  const result = await h.pull();
  assert.is(result.downloadedBytes, content.length - kept.length);
  assert.ok((await readFile(blobPath(h.layout, layer.digest))).equals(content));
  assert.equal(await partialsIn(h.layout), []);
});

test('a partial is not trusted: zeros of a power cut, too long, of another blob', async () => {
  for (const partial of [Buffer.alloc(50_000), Buffer.alloc(200_000), randomBytes(100_000)]) {
    await using h = await house();
    const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
    const [layer] = image.layers as [Blob];
    await mkdir(join(h.layout.directory, 'ingest'));
    await writeFile(join(h.layout.directory, 'ingest', layer.digest), partial);
    await h.pull();
    const stored = await readFile(blobPath(h.layout, layer.digest));
    assert.ok(stored.equals(h.registry.blobs.get(layer.digest) ?? Buffer.alloc(0)));
    assert.equal(await partialsIn(h.layout), []);
  }
});

test('a complete partial is verified and adopted without a request', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  const [layer] = image.layers as [Blob];
  await mkdir(join(h.layout.directory, 'ingest'));
  const bytes = h.registry.blobs.get(layer.digest) ?? '';
  await writeFile(join(h.layout.directory, 'ingest', layer.digest), bytes);
  await h.pull();
  assert.is(h.registry.count(layer.digest), 0);
});

test('a blob of another size in the layout is replaced; a damaged config too', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  await h.pull();
  const [layer] = image.layers as [Blob];
  await writeFile(blobPath(h.layout, layer.digest), 'short');
  await writeFile(blobPath(h.layout, image.config.digest), Buffer.alloc(image.config.size));
  await writeFile(blobPath(h.layout, image.manifest.digest), Buffer.alloc(image.manifest.size));
  await h.pull();
  for (const { digest } of [layer, image.config]) {
    assert.ok((await readFile(blobPath(h.layout, digest))).equals(h.registry.blobs.get(digest)!));
  }
  await resolveImage(h.layout, { name: `${h.registry.host}/a/b:latest` });
});

test('onLayer reads each layer, from its first byte, while it is downloaded', async () => {
  await using h = await house();
  const contents = layersOf(4, 1_000_000);
  const image = h.registry.addImage(contents, { tag: 'latest' });
  const [layer] = image.layers as [Blob];
  await mkdir(join(h.layout.directory, 'ingest'));
  const start = contents[0]?.subarray(0, 300_000) ?? '';
  await writeFile(join(h.layout.directory, 'ingest', layer.digest), start);
  const read = new Map<string, Buffer>();
  await h.pull(':latest', {
    onLayer: async (blob, stream) => void read.set(blob.digest, await collect(stream)),
  });
  assert.is(read.size, 4);
  for (const [n, { digest }] of image.layers.entries()) {
    assert.ok(read.get(digest)?.equals(contents[n] ?? Buffer.alloc(0)), digest);
  }
});

test('onLayer of a wrong layer: its stream fails at the end', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  const [layer] = image.layers as [Blob];
  h.registry.blobs.set(layer.digest, Buffer.alloc(layer.size));
  let outcome = 'none';
  const onLayer: PullOptions['onLayer'] = async (_blob, stream) => {
    outcome = await collect(stream).then(
      () => 'ended',
      (error: { code: string }) => error.code,
    );
  };
  await expectCode(h.pull(':latest', { onLayer }), 'DIGEST_MISMATCH');
  assert.is(outcome, 'DIGEST_MISMATCH');
});

test('onLayer that throws fails the pull, but the download is kept', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  const onLayer = () => Promise.reject(Object.assign(new Error('full'), { code: 'FULL' }));
  await expectCode(h.pull(':latest', { onLayer }), 'FULL');
  assert.equal((await readIndex(h.layout)).manifests, []);
  const [layer] = image.layers as [Blob];
  await h.pull();
  assert.is(h.registry.count(layer.digest), 1);
});

test('onResolved hears of every digest before any blob is asked for', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(2), { tag: 'latest' });
  let digests: string[] = [];
  await h.pull(':latest', {
    onResolved: (all) => {
      digests = all;
      assert.is(h.registry.count('/blobs/'), 0);
      return Promise.resolve();
    },
  });
  const expected = [image.manifest, image.config, ...image.layers].map(({ digest }) => digest);
  assert.equal(digests, expected);
});

test('never more than three blobs at a time', async () => {
  await using h = await house();
  h.registry.addImage(layersOf(10, 1000), { tag: 'latest' });
  let open = 0;
  let most = 0;
  h.registry.override = async (request, response) => {
    if (request.url?.includes('/blobs/') !== true) return false;
    most = Math.max(most, (open += 1));
    response.on('close', () => (open -= 1));
    await new Promise((resolve) => setTimeout(resolve, 15));
    return false;
  };
  await h.pull();
  assert.is(most, 3);
});

test('aborted in the middle: the reason, no name, no blob that is not whole', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(3, 1_000_000), { tag: 'latest' });
  const controller = new AbortController();
  h.registry.override = (request, response) => {
    if (request.url?.includes(image.layers[1]?.digest ?? '-') !== true) return false;
    response.setHeader('content-length', 1_000_000);
    response.write(Buffer.alloc(500_000));
    setTimeout(() => controller.abort(Object.assign(new Error('stop'), { code: 'STOP' })), 100);
    return true;
  };
  await expectCode(h.pull(':latest', { signal: controller.signal }), 'STOP');
  assert.equal((await readIndex(h.layout)).manifests, []);
  h.registry.override = () => false;
  await h.pull();
  const found = await resolveImage(h.layout, { name: `${h.registry.host}/a/b:latest` });
  assert.is(found.manifest.layers.length, 3);
});

test('two pulls of one image in one process fetch each blob once', async () => {
  await using h = await house();
  h.registry.addImage(layersOf(3), { tag: 'latest' });
  await Promise.all([h.pull(), h.pull(), h.pull()]);
  assert.is(h.registry.count('/blobs/'), 4);
  assert.equal(await partialsIn(h.layout), []);
});

test('progress: downloading up to its size, then downloaded', async () => {
  await using h = await house();
  const image = h.registry.addImage(layersOf(1), { tag: 'latest' });
  const events: PullEvent[] = [];
  await h.pull(':latest', { onEvent: (event) => events.push(event) });
  const [layer] = image.layers as [Blob];
  assert.equal(events[0], {
    type: 'layer',
    id: layer.digest,
    status: 'downloading',
    current: 0,
    total: layer.size,
  });
  assert.equal(events.at(-1), { ...events[0], status: 'downloaded', current: layer.size });
});

test.run();
