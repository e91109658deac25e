import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { updateIndex } from '@ctrkit/layout';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addImage, codeOf, layerOf, testStore } from './support.ts';

test('the layers of every image, by diff id and by chain id', async () => {
  await using on = await testStore();
  const a = await addImage(on, 'a:1', { layers: [layerOf('1'), layerOf('2')] });
  const b = await addImage(on, 'b:1', { layers: [layerOf('3')] });
  const diffIds = [a, b].map((image) => image.diffIds as Digest[]);
  const expected = diffIds.flatMap((ids) => [...ids, ...chainIds(ids)]);
  assert.equal([...((await on.store.neededLayers()) ?? [])].toSorted(), [...new Set(expected)].toSorted()); // prettier-ignore
});

test('those of a lease, by its configuration, before there is a manifest', async () => {
  await using on = await testStore();
  const image = await addImage(on, 'a:1');
  await updateIndex(on.store.layout, (index) => ({ ...index, manifests: [] }));
  await rm(join(on.root, 'blobs/sha256', image.manifest.digest.slice(7)));
  assert.is((await on.store.neededLayers())?.size, 0);
  {
    await using _ = await on.store.lease([image.config.digest, image.manifest.digest]);
    assert.ok((await on.store.neededLayers())?.has(image.diffIds[0] as Digest));
  }
  await using _ = await on.store.lease('everything');
  assert.is(await on.store.neededLayers(), undefined);
});

test('a configuration with wrong bytes might need anything', async () => {
  await using on = await testStore();
  const { config } = await addImage(on, 'a:1');
  await writeFile(join(on.root, 'blobs/sha256', config.digest.slice(7)), 'x'.repeat(config.size));
  assert.is(await codeOf(on.store.neededLayers()), 'IMAGE_DAMAGED');
});

test.run();
