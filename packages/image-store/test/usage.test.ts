import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, layerOf, testStore } from './support.ts';

const sizeOf = ({ size }: { size: number }): number => size;
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

test('what is shared is counted once, what goes with an image is its own', async () => {
  await using on = await testStore();
  const shared = layerOf('shared');
  const a = await addImage(on, 'a:1', { layers: [shared, layerOf('a')] });
  await on.store.tag('a:1', 'a:2');
  const b = await addImage(on, 'b:1', { layers: [shared] });
  const usage = await on.store.usage();
  const [layer = { size: 0 }] = b.layers;
  const whole = [a, b].map(({ manifest, config, layers }) => sum([manifest, config, ...layers].map(sizeOf))); // prettier-ignore
  assert.equal(
    usage.images.map(({ records, size, sharedSize, uniqueSize }) => [records.length, size, sharedSize, uniqueSize]), // prettier-ignore
    [
      [2, whole[0], layer.size, (whole[0] ?? 0) - layer.size],
      [1, whole[1], layer.size, (whole[1] ?? 0) - layer.size],
    ],
  );
  assert.is(usage.size, sum(whole) - layer.size);
  assert.is(usage.unreferenced, 0);
  const { reclaimed } = await on.store.remove('b:1');
  assert.is(reclaimed, (whole[1] ?? 0) - layer.size, 'what is unique is what a removal reclaims');
});

test('blobs that no image has, and images that are damaged', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await writeFile(join(on.root, 'blobs/sha256', 'f'.repeat(64)), 'garbage');
  assert.is((await on.store.usage()).unreferenced, 'garbage'.length);
  await rm(join(on.root, 'blobs/sha256', image.manifest.digest.slice(7)));
  const { images } = await on.store.usage();
  assert.equal(images.map(sizeOf), [0]);
});

test.run();
