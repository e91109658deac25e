import { readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeStreamAtomic } from '../src/index.ts';

async function* bytes(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function* failing(): AsyncGenerator<Buffer> {
  yield Buffer.from('half');
  throw new Error('broken off');
}

test('a stream becomes a file', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeStreamAtomic(path, bytes('a', 'b'), { mode: 0o640 });
  assert.is(await readFile(path, 'utf8'), 'ab');
  assert.is((await stat(path)).mode & 0o777, 0o640);
  assert.equal(await readdir(directory.path), ['file']);
});

test('a stream that fails leaves the old file, or none', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  await writeFile(path, 'old');
  for (const to of [path, join(directory.path, 'none')]) {
    const error = await writeStreamAtomic(to, failing()).catch((reason: unknown) => reason);
    assert.is((error as Error).message, 'broken off');
  }
  assert.is(await readFile(path, 'utf8'), 'old');
  assert.equal(await readdir(directory.path), ['file']);
});

test('a symbolic link stays one, and a device stays a device', async () => {
  await using directory = await temporaryDirectory();
  const link = join(directory.path, 'link');
  await writeFile(join(directory.path, 'file'), 'old');
  await symlink('file', link);
  await writeStreamAtomic(link, bytes('new'));
  assert.is(await readlink(link), 'file');
  assert.is(await readFile(link, 'utf8'), 'new');
  await writeStreamAtomic('/dev/null', bytes('gone'));
  assert.ok((await stat('/dev/null')).isCharacterDevice());
});

test.run();
