import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath } from './fixture.ts';

const preload = `process.on('exit', () => require('node:fs').writeFileSync(
  process.env.LOADED, [...Object.keys(require.cache), ...process.moduleLoadList].join('\\n')))`;

/** What a command line loads: our files, and modules of Node's. */
async function loadedBy(...args: string[]): Promise<string[]> {
  await using directory = await temporaryDirectory();
  const [listing, loaded] = [join(directory.path, 'listing.cjs'), join(directory.path, 'loaded')];
  writeFileSync(listing, preload);
  const env = {
    ...process.env,
    LOADED: loaded,
    CTR_ROOT: join(directory.path, 'root'),
    CTR_RUN: join(directory.path, 'run'),
  };
  await run([process.execPath, '--require', listing, commandPath('ctr'), ...args], { env });
  return readFileSync(loaded, 'utf8').split('\n');
}

if (needs('file:packages/ctr/dist/bundle/bin.cjs')) {
  for (const line of ['ps -a', 'images', 'run --pull never --network none --rm absent']) {
    test(`ctr ${line}: one program and no chunk`, async () => {
      const files = (await loadedBy(...line.split(' '))).filter((name) => name.startsWith('/'));
      assert.deepEqual(files.map((name) => basename(name)), ['listing.cjs', 'bin.cjs']); // prettier-ignore
    });
  }

  test('ctr ps loads neither what starts processes nor cryptography', async () => {
    const loaded = await loadedBy('ps');
    for (const name of ['child_process', 'crypto', 'fs/promises', 'stream']) {
      assert.ok(!loaded.includes(`NativeModule ${name}`), name);
    }
  });
}

test.run();
