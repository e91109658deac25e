import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostPlatform } from '@ctrkit/oci';
import { addImage, testStore } from './support.ts';

test('shows name, id, platform, time and size', async () => {
  await using on = await testStore();
  const { config, manifest, layers } = await addImage(on, 'a:1');
  const [record] = await on.store.list();
  assert.is(record?.name, 'docker.io/library/a:1');
  assert.is(record?.id, config.digest);
  assert.is(record?.manifestDescriptor.digest, manifest.digest);
  assert.is(record?.size, config.size + (layers[0]?.size ?? 0));
  assert.is(record?.created, '1970-01-01T00:00:00Z');
  assert.is(record?.platform?.architecture, hostPlatform().architecture);
  assert.is(record?.problem, undefined);
});

test('a damaged image is listed with what it has, and hides no other', async () => {
  await using on = await testStore();
  const blob = (digest: string): string => join(on.root, 'blobs', 'sha256', digest.slice(7));
  const lost = await addImage(on, 'lost:1');
  const cut = await addImage(on, 'cut:1');
  const wrong = await addImage(on, 'wrong:1');
  await addImage(on, 'whole:1');
  await rm(blob(lost.manifest.digest));
  await writeFile(blob(cut.config.digest), 'short');
  await writeFile(blob(wrong.config.digest), 'x'.repeat(wrong.config.size));
  assert.equal(
    (await on.store.list()).map(({ name, problem }) => [name?.split('/').at(-1), problem]),
    [
      ['lost:1', 'BLOB_NOT_FOUND'],
      ['cut:1', 'SIZE_MISMATCH'],
      ['wrong:1', 'DIGEST_MISMATCH'],
      ['whole:1', undefined],
    ],
  );
});

test('shows hundreds of images in order', async () => {
  await using on = await testStore();
  await addImage(on, 'a:0');
  const { updateIndex } = await import('@ctrkit/layout');
  await updateIndex(on.store.layout, (index) => ({
    ...index,
    manifests: Array.from({ length: 300 }, (_, number) => ({
      ...(index.manifests[0] ?? { mediaType: '', digest: 'sha256:', size: 0 }),
      annotations: { 'org.opencontainers.image.ref.name': `docker.io/library/a:${number}` },
    })) as never,
  }));
  const records = await on.store.list();
  assert.is(records.length, 300);
  assert.is(records[299]?.name, 'docker.io/library/a:299');
});

test.run();
