import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryDirectory } from '@ctrkit/testing';
import { sourceStamp } from '../lib/source-stamp.mjs';

test('the stamp follows contents and names of sources, not times, tests or products', async () => {
  await using directory = await temporaryDirectory();
  const folder = directory.path;
  const source = join(folder, 'packages/oci/src/digest.ts');
  for (const path of ['packages/oci/src', 'packages/oci/dist', 'packages/oci/test', 'tools']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  await writeFile(source, 'one');
  const first = sourceStamp(folder);

  await utimes(source, 1, 1);
  await writeFile(join(folder, 'packages/oci/dist/digest.js'), 'made');
  await writeFile(join(folder, 'packages/oci/test/digest.test.ts'), 'test');
  assert.is(sourceStamp(folder), first);

  await writeFile(source, 'two');
  const second = sourceStamp(folder);
  assert.is.not(second, first);
  await rename(source, join(folder, 'packages/oci/src/digests.ts'));
  assert.is.not(sourceStamp(folder), second);
});

test.run();
