import { writeFile } from 'node:fs/promises';
import { blobPath, imageBlobs } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { isIndexType, mediaTypes } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { descriptorOf, identityOf, madeLayout } from './helpers.ts';
import { rejection } from './rejection.ts';

/** An index of these, in the layout. */
async function indexOf(layout: Layout, manifests: readonly Descriptor[]): Promise<Descriptor> {
  const mediaType = mediaTypes.index;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  const identity = identityOf(bytes);
  await writeFile(blobPath(layout, identity.digest), bytes);
  return { mediaType, ...identity };
}

/** Indexes in indexes, each listing the next one sixteen times: more ways to the image than anybody can go. */
async function nested(layout: Layout, image: Descriptor): Promise<Descriptor> {
  let target = image;
  for (let depth = 0; depth < 8; depth += 1) {
    target = await indexOf(layout, Array<Descriptor>(16).fill(target));
  }
  return target;
}

test('what an image lists many times is looked at once', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const target = await nested(layout, descriptorOf(image));
  const { present, missing } = await imageBlobs(layout, target);
  assert.equal(missing, []);
  assert.is(present.filter(({ mediaType }) => isIndexType(mediaType)).length, 8);
  assert.is(present.at(-1)?.digest, image.manifest.digest);
});

test('what is listed as something else before is followed all the same', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const manifest = descriptorOf(image);
  const target = await indexOf(layout, [{ ...manifest, mediaType: 'text/plain' }, manifest]);
  const { present } = await imageBlobs(layout, target);
  const digests = new Set<string>(present.map(({ digest }) => digest));
  for (const { digest } of [image.config, ...image.layers]) assert.ok(digests.has(digest));
});

test('ends with the signal', async () => {
  await using directory = await temporaryDirectory();
  const { layout, image } = await madeLayout(directory.path);
  const signal = AbortSignal.abort();
  const error = await rejection(imageBlobs(layout, descriptorOf(image), { signal }));
  assert.is((error as Error).name, 'AbortError');
});

test.run();
