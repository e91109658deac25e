import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commitDirectory, syncDirectory, temporaryName } from '@ctrkit/durable';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rejection } from './rejection.ts';

async function made(parent: string, content: string): Promise<string> {
  const path = temporaryName(join(parent, 'layer'));
  await mkdir(path);
  await writeFile(join(path, 'layer.json'), content);
  return path;
}

test('the first commits, the second finds it and keeps its own', async () => {
  await using directory = await temporaryDirectory();
  const final = join(directory.path, 'layer');
  const [first, second] = [await made(directory.path, '1'), await made(directory.path, '2')];
  assert.is(await commitDirectory(first, final), 'committed');
  assert.is(await commitDirectory(second, final), 'exists');
  assert.is(await readFile(join(final, 'layer.json'), 'utf8'), '1');
  assert.is(await readFile(join(second, 'layer.json'), 'utf8'), '2');
});

test('of many at once exactly one commits', async () => {
  await using directory = await temporaryDirectory();
  const final = join(directory.path, 'layer');
  const all = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => made(directory.path, letter)),
  );
  const answers = await Promise.all(all.map((path) => commitDirectory(path, final)));
  assert.is(answers.filter((answer) => answer === 'committed').length, 1);
  assert.is((await readdir(final)).length, 1);
});

test('a parent that is not there is the ENOENT of the system', async () => {
  await using directory = await temporaryDirectory();
  const path = await made(directory.path, '1');
  const error = await rejection(commitDirectory(path, join(directory.path, 'no', 'layer')));
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
});

test('a directory can be synced, a file cannot be taken for one', async () => {
  await using directory = await temporaryDirectory();
  await syncDirectory(directory.path);
  const file = join(directory.path, 'file');
  await writeFile(file, '');
  assert.is(((await rejection(syncDirectory(file))) as NodeJS.ErrnoException).code, 'ENOTDIR');
});

test.run();
