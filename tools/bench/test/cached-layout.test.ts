import { test } from 'uvu';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeImageLayout, tarOf, temporaryDirectory } from '@ctrkit/testing';
import { cachedLayout } from '../src/cached-layout.ts';

const layers = [
  tarOf([{ path: 'a', type: 'File', content: 'a' }]),
  tarOf([{ path: 'b', type: 'File', content: 'b'.repeat(10_000) }]),
];

test('an image is made once, and its layers are told the lowest first', async () => {
  await using cache = await temporaryDirectory();
  let made = 0;
  const write = async (directory: string): Promise<void> => {
    made += 1;
    await makeImageLayout(directory, { layers });
  };
  const first = await cachedLayout(cache.path, 'image', write);
  assert.deepEqual(await cachedLayout(cache.path, 'image', write), first);
  assert.equal(made, 1);
  const blobs = await Promise.all(first.layers.map((path) => readFile(path)));
  assert.deepEqual(
    blobs.map((blob) => blob.length),
    first.layerSizes,
  );
  assert.equal(first.directory, join(cache.path, 'image'));
});

test('one that could not be made leaves nothing behind', async () => {
  await using cache = await temporaryDirectory();
  const failing = cachedLayout(cache.path, 'image', () => Promise.reject(new Error('no mirror')));
  await assert.rejects(failing, { message: 'no mirror' });
  assert.deepEqual(await readdir(cache.path), []);
});

test.run();
