import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { listCachedSteps, openImageStore, writeCachedStep } from '@ctrkit/image-store';
import { digestOf } from '@ctrkit/oci';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { trimCache } from '../../src/cache/trim-cache.ts';

test('the least recently used go, and only where there are too many', async () => {
  await using base = await temporaryDirectory();
  const { layout } = await openImageStore({ root: base.path });
  for (let number = 0; number < 11; number++) {
    const key = digestOf(String(number));
    await writeCachedStep(layout, { key, created: '2026-01-01T00:00:00Z', text: String(number) });
    utimesSync(
      join(base.path, 'build-cache/steps', `${key.slice(7)}.json`),
      1000 + number,
      1000 + number,
    );
  }
  trimCache(layout, 11);
  assert.is(listCachedSteps(layout).length, 11);
  trimCache(layout, 10);
  const left = new Set(listCachedSteps(layout).map(({ text }) => text));
  assert.equal(left, new Set(['3', '4', '5', '6', '7', '8', '9', '10']));
});

test.run();
