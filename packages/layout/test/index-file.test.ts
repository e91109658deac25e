import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepTemporaries } from '@ctrkit/durable';
import { imageName, nameAnnotations, readIndex, tagManifest, updateIndex } from '@ctrkit/layout';
import type { LayoutError } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChild } from './child.ts';
import { descriptorOf, emptyLayout, identityOf, madeLayout, noise } from './helpers.ts';
import { rejection } from './rejection.ts';

const refName = 'org.opencontainers.image.ref.name';
const fullName = 'io.containerd.image.name';

test('a name moves from one image to another; other names stay', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path, { tag: 'old' });
  const one = descriptorOf(image);
  const two = { ...one, ...identityOf(noise(10)) };
  await tagManifest(layout, 'new', two);
  await tagManifest(layout, 'old', two);
  const { manifests } = await readIndex(layout);
  assert.equal(
    manifests.map((entry) => [imageName(entry), entry.digest]),
    [
      ['new', two.digest],
      ['old', two.digest],
    ],
  );
});

test('a nameless entry becomes the named one; annotations and platform are kept', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const platform = { os: 'linux', architecture: 'arm64' };
  const bare = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    ...identityOf(noise(10)),
    platform,
  };
  await updateIndex(layout, (index) => ({ ...index, manifests: [bare] }));
  await tagManifest(layout, 'latest', {
    ...bare,
    annotations: { [fullName]: 'docker.io/library/busybox:latest' },
  });
  const { manifests } = await readIndex(layout);
  assert.equal(manifests, [
    {
      ...bare,
      annotations: { [fullName]: 'docker.io/library/busybox:latest', [refName]: 'latest' },
    },
  ]);
  assert.is(manifests[0] && imageName(manifests[0]), 'docker.io/library/busybox:latest');
});

test('names are annotated so that skopeo and docker both find them', () => {
  assert.equal(nameAnnotations('docker.io/library/busybox:1.36'), {
    [refName]: '1.36',
    [fullName]: 'docker.io/library/busybox:1.36',
  });
  const byDigest = `docker.io/library/busybox@${identityOf(noise(1)).digest}`;
  assert.equal(nameAnnotations(byDigest), { [refName]: byDigest });
  for (const name of ['v1', 'busybox:1.36', 'No Reference']) {
    assert.equal(nameAnnotations(name), { [refName]: name });
  }
});

test('a change that answers what it was given writes nothing', async () => {
  await using directory = await temporaryDirectory();
  const { layout } = await madeLayout(directory.path);
  const before = await readFile(join(directory.path, 'index.json'));
  await updateIndex(layout, (index) => index);
  assert.equal(await readFile(join(directory.path, 'index.json')), before);
});

test('a change that throws changes nothing and frees the lock', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const before = await readFile(join(directory.path, 'index.json'));
  const failure = new Error('no');
  const change = (): never => {
    throw failure;
  };
  assert.is(await rejection(updateIndex(layout, change)), failure);
  assert.equal(await readFile(join(directory.path, 'index.json')), before);
  await tagManifest(layout, 'after', descriptorOf(image));
});

test('processes that record names at the same moment lose none', async () => {
  await using directory = await temporaryDirectory();
  const { layout } = await madeLayout(directory.path, { tag: 'first' });
  const children = ['a', 'b', 'c'].map((prefix) =>
    startChild('tag-images', directory.path, prefix, '10'),
  );
  await Promise.all(children.map((child) => child.ended()));
  const names = (await readIndex(layout)).manifests.map((entry) => imageName(entry) ?? '');
  const expected = ['a', 'b', 'c'].flatMap((p) =>
    Array.from({ length: 10 }, (_, n) => `${p}-${n}`),
  );
  assert.equal(names.toSorted(), [...expected, 'first'].toSorted());
});

test('kill -9 while names are recorded: what was said to be there is, and the index is whole', async () => {
  await using directory = await temporaryDirectory();
  const { layout } = await madeLayout(directory.path, { tag: 'first' });
  for (const [round, delay] of [0, 8, 21].entries()) {
    const child = startChild('tag-images', directory.path, `r${round}`, '1000000');
    assert.is(await child.line(), '0');
    await new Promise((resolve) => setTimeout(resolve, delay));
    await child.kill();
    const names = (await readIndex(layout)).manifests.map(imageName);
    assert.ok(names.includes(`r${round}-0`) && names.includes('first'));
    const said = names.filter((name) => name?.startsWith(`r${round}-`));
    assert.equal(
      said,
      said.map((_, n) => `r${round}-${n}`),
    );
  }
  await sweepTemporaries(directory.path);
  const names = await readdir(directory.path);
  assert.equal(
    names.filter((name) => name.startsWith('.tmp')),
    [],
  );
});

test('a full index takes no more, but what makes it smaller', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const annotations = { note: 'n'.repeat(60_000) };
  const add = async (count: number): Promise<void> => {
    const entry: Descriptor = { ...descriptorOf(image), annotations };
    const added = Array.from({ length: count }, () => entry);
    await updateIndex(layout, (index) => ({ ...index, manifests: added.concat(index.manifests) }));
  };
  await add(60);
  assert.is(((await rejection(add(10))) as LayoutError).code, 'INDEX_TOO_LARGE');
  assert.is((await readIndex(layout)).manifests.length, 61);
  await updateIndex(layout, (index) => ({ ...index, manifests: index.manifests.slice(1) }));
  assert.is((await readIndex(layout)).manifests.length, 60);
});

test.run();
