import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCapped } from '../src/read-capped.ts';

const read: readonly [string, string, number][] = [
  ['nothing', '', 0],
  ['less than the limit', 'abc', 3],
  ['just the limit', 'abcd', 4],
  ['one byte more, to tell that it is too long', 'abcdefgh', 5],
];
for (const [what, content, length] of read) {
  test(`a file is read up to a limit: ${what}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'file');
    writeFileSync(path, content);
    assert.is(readCapped(path, 4)?.toString(), content.slice(0, length));
  });
}

test('where there is no file, there are no bytes', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  assert.is(readCapped(path, 4), undefined);
  writeFileSync(path, '');
  assert.is(readCapped(join(path, 'below'), 4), undefined);
});

test('a named pipe that nobody writes to does not stop us', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'pipe');
  assert.is((await run(['mkfifo', path])).code, 0);
  assert.is(readCapped(path, 4)?.length, 0);
});

test('a directory is no file', async () => {
  await using directory = await temporaryDirectory();
  mkdirSync(join(directory.path, 'file'));
  assert.throws(() => readCapped(join(directory.path, 'file'), 4), /EISDIR/);
});

test.run();
