import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryDirectory } from '@ctrkit/testing';
import { isInstalled } from '../lib/install.mjs';

const wanted = {
  '': {},
  'node_modules/tar': { version: '7.0.0', integrity: 'sha512-a' },
  'node_modules/@x/darwin': { version: '1.0.0', optional: true },
};

async function installed(there: object | undefined): Promise<boolean> {
  await using directory = await temporaryDirectory();
  const write = async (path: string, packages: object): Promise<void> =>
    writeFile(join(directory.path, path), JSON.stringify({ packages }));
  await write('package-lock.json', wanted);
  await mkdir(join(directory.path, 'node_modules'));
  if (there !== undefined) await write('node_modules/.package-lock.json', there);
  return isInstalled(directory.path);
}

test('what the lock asks for must be there, except optional packages of other platforms', async () => {
  assert.is(await installed({ 'node_modules/tar': wanted['node_modules/tar'] }), true);
  assert.is(await installed(undefined), false);
  assert.is(await installed({}), false);
  assert.is(
    await installed({ 'node_modules/tar': { version: '7.0.1', integrity: 'sha512-b' } }),
    false,
  );
});

test.run();
