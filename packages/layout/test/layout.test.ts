import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLayout, readIndex, tagManifest } from '@ctrkit/layout';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeOf, descriptorOf, madeLayout } from './helpers.ts';

test('a made layout has what the spec asks for, and nothing in it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'deep', 'layout');
  const layout = await openLayout(path, { create: true });
  assert.is(await readFile(join(path, 'oci-layout'), 'utf8'), '{"imageLayoutVersion":"1.0.0"}');
  assert.equal((await readIndex(layout)).manifests, []);
  const names = (await readdir(path)).filter((name) => !name.startsWith('.'));
  assert.equal(names.toSorted(), ['blobs', 'index.json', 'oci-layout']);
});

test('making one that is there keeps what it holds', async () => {
  await using directory = await temporaryDirectory();
  await madeLayout(directory.path);
  const layout = await openLayout(directory.path, { create: true });
  assert.is((await readIndex(layout)).manifests.length, 1);
});

test('many may make the same one at once', async () => {
  await using directory = await temporaryDirectory();
  const all = [1, 2, 3, 4].map(() => openLayout(directory.path, { create: true }));
  for (const layout of await Promise.all(all)) await readIndex(layout);
});

test('a making that was cut off before the marker is completed, and its index kept', async () => {
  await using directory = await temporaryDirectory();
  const { image } = await madeLayout(directory.path);
  await rm(join(directory.path, 'oci-layout'));
  assert.is(await codeOf(openLayout(directory.path)), 'LAYOUT_NOT_FOUND');
  const layout = await openLayout(directory.path, { create: true });
  assert.is((await readIndex(layout)).manifests[0]?.digest, image.manifest.digest);
});

test('a directory that is no layout, or is not there, is not found', async () => {
  await using directory = await temporaryDirectory();
  assert.is(await codeOf(openLayout(directory.path)), 'LAYOUT_NOT_FOUND');
  assert.is(await codeOf(openLayout(join(directory.path, 'no'))), 'LAYOUT_NOT_FOUND');
  await writeFile(join(directory.path, 'file'), '');
  assert.is(await codeOf(openLayout(join(directory.path, 'file'))), 'LAYOUT_NOT_FOUND');
});

const markers: Record<string, string> = {
  'another version': '{"imageLayoutVersion":"2.0.0"}',
  'no version': '{}',
  'no object': '"1.0.0"',
  'no JSON': 'imageLayoutVersion=1.0.0',
  nothing: '',
  'far too much': `{"imageLayoutVersion":"1.0.0","x":"${'x'.repeat(10_000)}"}`,
};

for (const [what, text] of Object.entries(markers)) {
  test(`a marker with ${what} is invalid, also when making`, async () => {
    await using directory = await temporaryDirectory();
    await madeLayout(directory.path);
    await writeFile(join(directory.path, 'oci-layout'), text);
    assert.is(await codeOf(openLayout(directory.path)), 'LAYOUT_INVALID');
    assert.is(await codeOf(openLayout(directory.path, { create: true })), 'LAYOUT_INVALID');
  });
}

test('an index that is missing, cut short, or a directory is invalid, not empty', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const path = join(directory.path, 'index.json');
  const whole = await readFile(path);
  await writeFile(path, whole.subarray(0, 100));
  assert.is(await codeOf(readIndex(layout)), 'LAYOUT_INVALID');
  assert.is(await codeOf(tagManifest(layout, 'x', descriptorOf(image))), 'LAYOUT_INVALID');
  assert.equal(await readFile(path), whole.subarray(0, 100));
  await rm(path);
  assert.is(await codeOf(readIndex(layout)), 'LAYOUT_INVALID');
  await mkdir(path);
  assert.ok(await readIndex(layout).catch((error: unknown) => error instanceof Error));
});

test.run();
