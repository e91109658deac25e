import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readIndex, readLayoutTar, resolveImage } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyLayout, identityOf, layerOf, piecesOf } from './helpers.ts';

const file = (path: string, content: string | Uint8Array): TarEntry => ({
  path,
  type: 'File',
  content,
});

const [one, two] = [layerOf('1'), layerOf('2')];
const diffIds = [one, two].map((layer) => identityOf(layer).digest);

const configOf = (diff_ids: string[]): Buffer =>
  Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids } }),
  );
const config = configOf(diffIds);
const id = identityOf(config).digest.slice(7);

const manifest = (...images: object[]): TarEntry => file('manifest.json', JSON.stringify(images));

const image = {
  Config: `${id}.json`,
  RepoTags: ['busybox:1', 'localhost:5000/own:2'],
  Layers: ['aa/layer.tar', 'bb/layer.tar'],
};

/** What docker wrote until 2024. */
const docker: TarEntry[] = [
  file(`${id}.json`, config),
  { path: 'aa/', type: 'Directory' },
  file('aa/VERSION', '1.0'),
  file('aa/json', '{}'),
  file('aa/layer.tar', one),
  file('bb/layer.tar', two),
  manifest(image),
  file('repositories', '{}'),
];

async function taken(entries: TarEntry[]): Promise<{ layout: Layout; names: unknown[] }> {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const images = await readLayoutTar(piecesOf(tarOf(entries), 1000), layout);
  for (const { descriptor } of images) await resolveImage(layout, { digest: descriptor.digest });
  const [first] = images;
  assert.ok(first);
  const { configDescriptor, manifest } = await resolveImage(layout, {
    digest: first.descriptor.digest,
  });
  assert.is(configDescriptor.digest, `sha256:${id}`);
  assert.is(manifest.layers.length, 2);
  return { layout, names: images.map(({ name }) => name) };
}

const without = (path: string): TarEntry[] => docker.filter((entry) => entry.path !== path);

test('an archive of docker before 25: every tag a name, and the id stays', async () => {
  const { names } = await taken(docker);
  assert.equal(names, ['docker.io/library/busybox:1', 'localhost:5000/own:2']);
});

test('an archive of docker 25 and later: its index counts, with all names', async () => {
  const blob = (bytes: Buffer): string => `blobs/${identityOf(bytes).digest.replace(':', '/')}`;
  const type = 'application/vnd.oci.image';
  const document = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: { mediaType: `${type}.config.v1+json`, ...identityOf(config) },
      layers: [one, two].map((layer) => ({
        mediaType: `${type}.layer.v1.tar`,
        ...identityOf(layer),
      })),
    }),
  );
  const names = ['docker.io/library/busybox:1', 'localhost:5000/own:2'];
  const manifests = names.map((name) => ({
    mediaType: `${type}.manifest.v1+json`,
    ...identityOf(document),
    annotations: {
      'io.containerd.image.name': name,
      'org.opencontainers.image.ref.name': name.slice(-1),
    },
  }));
  const Layers = [one, two].map(blob);
  const found = await taken([
    { path: 'blobs/', type: 'Directory' },
    { path: 'blobs/sha256/', type: 'Directory' },
    ...[one, two, config, document].map((bytes) => file(blob(bytes), bytes)),
    file('index.json', JSON.stringify({ schemaVersion: 2, manifests })),
    manifest({ Config: blob(config), RepoTags: image.RepoTags, Layers }),
    file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    file('repositories', '{}'),
  ]);
  assert.equal(found.names, names);
});

test('the same images give the same manifest', async () => {
  const digests = [];
  for (const entries of [docker, docker.toReversed()]) {
    await using directory = await temporaryDirectory();
    const layout = await emptyLayout(directory.path);
    const [first] = await readLayoutTar(piecesOf(tarOf(entries), 1000), layout);
    digests.push(first?.descriptor.digest);
  }
  assert.is(digests[0], digests[1]);
});

test('an image without a tag has no name', async () => {
  for (const RepoTags of [null, []]) {
    const { names } = await taken([...without('manifest.json'), manifest({ ...image, RepoTags })]);
    assert.equal(names, [undefined]);
  }
});

test('layers that are links, as docker and podman share them', async () => {
  const target = identityOf(two).digest.slice(7);
  const linked: TarEntry[] = [
    ...without('bb/layer.tar'),
    file(`${target}.tar`, two),
    { path: 'bb/layer.tar', type: 'SymbolicLink', linkpath: `../${target}.tar` },
  ];
  await taken(linked);
  const hard: TarEntry = { path: 'bb/layer.tar', type: 'Link', linkpath: `./${target}.tar` };
  await taken([...linked.slice(0, -1), hard]);
});

test('compressed layers keep their bytes, and are held against their diff ids', async () => {
  const zipped = [...without('aa/layer.tar'), file('aa/layer.tar', gzipSync(one))];
  const { names } = await taken(zipped);
  assert.is(names.length, 2);
});

test('two images that share a layer', async () => {
  const other = configOf(diffIds.slice(0, 1));
  const second = {
    Config: `${identityOf(other).digest.slice(7)}.json`,
    RepoTags: ['second:1'],
    Layers: ['aa/layer.tar'],
  };
  const { names } = await taken([
    ...without('manifest.json'),
    file(second.Config, other),
    manifest(image, second),
  ]);
  assert.is(names.at(-1), 'docker.io/library/second:1');
});

const withManifest = (change: object): TarEntry[] => [
  ...without('manifest.json'),
  manifest({ ...image, ...change }),
];

/** Archives that are refused, and why. */
const refused: Record<string, [TarEntry[], string]> = {
  'without a layer': [without('bb/layer.tar'), 'ARCHIVE_INCOMPLETE'],
  'without its configuration': [without(`${id}.json`), 'ARCHIVE_INCOMPLETE'],
  'with the layers exchanged': [
    withManifest({ Layers: ['bb/layer.tar', 'aa/layer.tar'] }),
    'DIGEST_MISMATCH',
  ],
  'with another layer under the name': [
    [...without('bb/layer.tar'), file('bb/layer.tar', layerOf('evil'))],
    'DIGEST_MISMATCH',
  ],
  'with another compressed layer': [
    [...without('bb/layer.tar'), file('bb/layer.tar', gzipSync(layerOf('evil')))],
    'DIGEST_MISMATCH',
  ],
  'with fewer layers than diff ids': [
    withManifest({ Layers: ['aa/layer.tar'] }),
    'ARCHIVE_INVALID',
  ],
  'with a configuration that is not what its name says': [
    [...without(`${id}.json`), file(`${id}.json`, configOf([]))],
    'DIGEST_MISMATCH',
  ],
  'with a layer outside of it': [
    withManifest({ Layers: ['../../etc/passwd', '/etc/passwd'] }),
    'ARCHIVE_INCOMPLETE',
  ],
  'with a layer that is a link out of it': [
    [
      ...without('bb/layer.tar'),
      { path: 'bb/layer.tar', type: 'SymbolicLink', linkpath: '../../../etc/passwd' },
    ],
    'ARCHIVE_INCOMPLETE',
  ],
  'with links in a circle': [
    [
      ...without('bb/layer.tar'),
      { path: 'bb/layer.tar', type: 'SymbolicLink', linkpath: 'x' },
      { path: 'bb/x', type: 'SymbolicLink', linkpath: 'layer.tar' },
    ],
    'ARCHIVE_INCOMPLETE',
  ],
  'with two files of one name': [[...docker, file('./aa/layer.tar', two)], 'ARCHIVE_INVALID'],
  'with two manifests': [[...docker, manifest(image)], 'ARCHIVE_INVALID'],
  'with a name that is none': [withManifest({ RepoTags: ['UPPER'] }), 'ARCHIVE_INVALID'],
  'with a digest for a name': [
    withManifest({ RepoTags: [`a@sha256:${'0'.repeat(64)}`] }),
    'ARCHIVE_INVALID',
  ],
  'with a manifest that is no list': [
    [...without('manifest.json'), file('manifest.json', '{}')],
    'ARCHIVE_INVALID',
  ],
  'with layers that are no list': [withManifest({ Layers: 'aa' }), 'ARCHIVE_INVALID'],
  'with a manifest of 5 MB': [
    [...without('manifest.json'), file('manifest.json', ' '.repeat(5_000_000))],
    'ARCHIVE_INVALID',
  ],
  'without any manifest': [without('manifest.json'), 'ARCHIVE_INVALID'],
  'with more links than any image has': [
    Array.from({ length: 65_537 }, (_, at) => ({
      path: `l${at}`,
      type: 'SymbolicLink',
      linkpath: 'x',
    })),
    'ARCHIVE_INVALID',
  ],
};

for (const [what, [entries, code]] of Object.entries(refused)) {
  test(`an archive ${what} is refused, and no image shows`, async () => {
    await using directory = await temporaryDirectory();
    const layout = await emptyLayout(directory.path);
    const reading = readLayoutTar(piecesOf(tarOf(entries), 1000), layout);
    const error = await reading.then(
      () => ({ code: 'none' }),
      (reason: unknown) => reason as { code: string },
    );
    assert.is(error.code, code);
    assert.equal((await readIndex(layout)).manifests, []);
    for (const name of await readdir(join(layout.directory, 'blobs', 'sha256'))) {
      assert.match(name, /^[0-9a-f]{64}$/);
    }
    assert.equal(await readdir(directory.path), ['empty']);
  });
}

test.run();
