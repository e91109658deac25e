import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  blobPath,
  openLayout,
  readIndex,
  readLayoutTar,
  removeBlob,
  resolveImage,
  tagManifest,
  writeBlob,
  writeLayoutTar,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform, mediaTypes, parseDigest } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { makeImageLayout, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  chunksOf,
  codeOf,
  collect,
  descriptorOf,
  emptyLayout,
  identityOf,
  layerOf,
  madeLayout,
  noise,
} from './helpers.ts';

const busybox = 'docker.io/library/busybox:latest';

/** What GNU tar finds in an archive. */
async function unpacked(tar: Buffer, directory: string): Promise<string[]> {
  await mkdir(directory);
  const { code, stdout, stderr } = await run(['tar', '-xvf', '-', '-C', directory], { input: tar });
  assert.is(code, 0, stderr);
  return stdout.trim().split('\n');
}

function indexOf(...manifests: Descriptor[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
}

test('GNU tar unpacks a layout that holds the image and nothing else', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(join(directory.path, 'a'));
  await writeBlob(layout, undefined, chunksOf(noise(1000)));
  const tar = await collect(
    writeLayoutTar(layout, [{ name: busybox, descriptor: descriptorOf(image) }]),
  );
  const names = await unpacked(tar, join(directory.path, 'b'));
  const blobs = [image.manifest, image.config, ...image.layers];
  assert.equal(
    names.toSorted(),
    [
      'blobs/',
      'blobs/sha256/',
      'index.json',
      'manifest.json',
      'oci-layout',
      ...blobs.map(({ digest }) => `blobs/${digest.replace(':', '/')}`),
    ].toSorted(),
  );
  const copy = await openLayout(join(directory.path, 'b'));
  assert.is((await resolveImage(copy, { name: busybox })).target.digest, image.manifest.digest);
  assert.is((await resolveImage(copy, { name: 'latest' })).name, busybox);
});

test('the same image gives the same bytes', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const images = [{ name: busybox, descriptor: descriptorOf(image) }];
  const [one, two] = [
    await collect(writeLayoutTar(layout, images)),
    await collect(writeLayoutTar(layout, images)),
  ];
  assert.ok(one.equals(two));
});

test('two images of one tag keep their full names apart; shared blobs are written once', async () => {
  await using directory = await temporaryDirectory();
  const { image: one } = await madeLayout(directory.path);
  const { layout, image: two } = await madeLayout(directory.path, { config: { Cmd: ['x'] } });
  const alpine = 'docker.io/library/alpine:latest';
  const tar = await collect(
    writeLayoutTar(layout, [
      { name: busybox, descriptor: descriptorOf(one) },
      { name: alpine, descriptor: descriptorOf(two) },
    ]),
  );
  const names = await unpacked(tar, join(directory.path, 'out'));
  assert.is(new Set(names).size, names.length);
  const { manifests } = await readIndex(await openLayout(join(directory.path, 'out')));
  const refs = manifests.map((entry) => entry.annotations?.['org.opencontainers.image.ref.name']);
  assert.equal(refs, [busybox, alpine]);
});

test('an index of which one platform is there is written with that one', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const absent = {
    ...descriptorOf(image),
    ...identityOf(noise(9)),
    platform: { os: 'linux', architecture: 's390x' },
  };
  const mine = { ...descriptorOf(image), platform: hostPlatform() };
  const blob = await writeBlob(layout, undefined, chunksOf(indexOf(absent, mine)));
  const index = { mediaType: mediaTypes.index, ...blob };
  const tar = await collect(writeLayoutTar(layout, [{ name: busybox, descriptor: index }]));
  const copy = await emptyLayout(directory.path, 'copy');
  await readLayoutTar(chunksOf(tar), copy);
  const found = await resolveImage(copy, { name: busybox });
  assert.equal([found.target.digest, found.manifestDescriptor.digest], [index.digest, mine.digest]);
});

test('an image that lacks a blob gives not one byte', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  await removeBlob(layout, parseDigest(image.layers[0]?.digest ?? ''));
  const chunks: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of writeLayoutTar(layout, [{ descriptor: descriptorOf(image) }])) {
      chunks.push(chunk as Buffer);
    }
  })();
  assert.is(await codeOf(reading), 'ARCHIVE_INCOMPLETE');
  assert.is(chunks.length, 0);
});

test('a damaged blob is not passed on as if it were right', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const layer = image.layers[0];
  await writeFile(
    blobPath(layout, parseDigest(layer?.digest ?? '')),
    Buffer.alloc(layer?.size ?? 0),
  );
  const reading = collect(writeLayoutTar(layout, [{ descriptor: descriptorOf(image) }]));
  assert.is(await codeOf(reading), 'DIGEST_MISMATCH');
});

test('blobs named by sha512 go out and come in', async () => {
  await using directory = await temporaryDirectory();
  const layout = await sha512Layout(directory.path);
  const [entry] = (await readIndex(layout)).manifests;
  assert.ok(entry);
  const tar = await collect(writeLayoutTar(layout, [{ name: 'x', descriptor: entry }]));
  const names = await unpacked(tar, join(directory.path, 'out'));
  assert.is(names.filter((name) => /^blobs\/sha512\/[0-9a-f]{128}$/.test(name)).length, 1);
  const copy = await emptyLayout(directory.path, 'copy');
  await readLayoutTar(chunksOf(tar), copy);
  assert.is((await resolveImage(copy)).manifestDescriptor.digest, entry.digest);
});

/** A layout whose manifest goes by a sha512. */
async function sha512Layout(directory: string): Promise<Layout> {
  const path = join(directory, 'sha512');
  const image = await makeImageLayout(path, { layers: [layerOf('x')] });
  const layout = await openLayout(path);
  const { manifest } = await resolveImage(layout);
  const bytes = Buffer.from(JSON.stringify(manifest));
  const blob = await writeBlob(layout, identityOf(bytes, 'sha512'), chunksOf(bytes));
  await tagManifest(layout, 'latest', { ...descriptorOf(image), ...blob });
  return layout;
}

test.run();
