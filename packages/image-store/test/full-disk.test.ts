import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { loopDisk, makeImageLayout, memoryDisk, needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openImageStore } from '../src/index.ts';
import { blobsOf, codeOf, leftovers } from './support.ts';

const MEGABYTE = 1_000_000;

/** Writes a file until not one byte more can be written. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (const size of [MEGABYTE, 4096, 1]) {
      const piece = Buffer.alloc(size, 1);
      try {
        while (writeSync(file, piece) > 0) continue;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

const disks = needs('root', 'loop-device')
  ? { tmpfs: () => memoryDisk(12), ext4: () => loopDisk(24) }
  : {};

for (const [kind, make] of Object.entries(disks)) {
  test(`a full ${kind}: what needs room says so, a removal works, and then there is room`, async () => {
    await using disk = await make();
    await using aside = await temporaryDirectory();
    const root = join(disk.path, 'store');
    const store = await openImageStore({ root });
    const layout = (name: string): string => join(aside.path, name);
    for (const name of ['a', 'b', 'new']) {
      await makeImageLayout(layout(name), { layers: [randomBytes(3 * MEGABYTE)] });
    }
    await store.import(layout('a'), { name: 'a' });
    await store.import(layout('b'), { name: 'b' });
    fill(join(disk.path, 'full'));

    assert.is(await codeOf(store.import(layout('new'), { name: 'new' })), 'NO_SPACE');
    assert.is(await codeOf(store.tag('a', 'c')), 'NO_SPACE');
    assert.equal(await leftovers(root), []);
    const listed = async (): Promise<unknown[]> =>
      (await store.list()).map(({ name, problem }) => [name?.split('/').at(-1), problem]);
    assert.equal(await listed(), [
      ['a:latest', undefined],
      ['b:latest', undefined],
    ]);

    const { untagged, deleted } = await store.remove('a');
    assert.equal([untagged, deleted.length], [['docker.io/library/a:latest'], 3]);
    assert.equal(await listed(), [['b:latest', undefined]]);
    assert.is((await blobsOf(root)).length, 3);
    assert.equal(await leftovers(root), []);
    await makeImageLayout(layout('small'), { layers: [randomBytes(MEGABYTE)] });
    await store.import(layout('small'), { name: 'small' });
    assert.is((await listed()).length, 2);
  });
}

test.run();
