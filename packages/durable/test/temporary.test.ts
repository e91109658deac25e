import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { selfIdentity, sweepTemporaries, temporaryName, temporaryOwner } from '@ctrkit/durable';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChild } from './child.ts';

test('a name is beside the thing, tells its owner, and is never the same twice', () => {
  const [one, two] = [temporaryName('/a/b/file'), temporaryName('/a/b/file')];
  assert.is(dirname(one), '/a/b');
  assert.is.not(one, two);
  assert.equal(temporaryOwner(basename(one)), selfIdentity());
});

for (const name of [
  'file',
  '.tmp-',
  '.tmp-1-2',
  `.tmp-1-2-${'0'.repeat(36)}-short`,
  'index.json',
]) {
  test(`${name} is not one of ours`, () => assert.is(temporaryOwner(name), undefined));
}

test('what the living make stays, what the dead left goes, files and trees alike', async () => {
  await using directory = await temporaryDirectory();
  await writeFile(join(directory.path, 'file'), 'whole');
  const mine = temporaryName(join(directory.path, 'file'));
  await writeFile(mine, 'in the making');
  const child = startChild('leave-temporary', directory.path);
  assert.is(await child.line(), 'left');

  assert.is(await sweepTemporaries(directory.path), 0);
  assert.is((await readdir(directory.path)).length, 4);
  await child.kill();
  assert.is(await sweepTemporaries(directory.path), 2);
  assert.equal((await readdir(directory.path)).toSorted(), [basename(mine), 'file']);
});

test('what was left before a reboot goes, although its number is taken again', async () => {
  await using directory = await temporaryDirectory();
  const { pid, startTime } = selfIdentity();
  const other = '00000000-0000-4000-8000-000000000000';
  await writeFile(join(directory.path, `.tmp-${pid}-${startTime}-${other}-0123456789ab`), 'cut');
  assert.is(await sweepTemporaries(directory.path), 1);
});

test('several sweep at once without an error', async () => {
  await using directory = await temporaryDirectory();
  for (let n = 0; n < 20; n += 1) {
    const name = `.tmp-1-1-00000000-0000-4000-8000-000000000000-${String(n).padStart(12, '0')}`;
    await mkdir(join(directory.path, name, 'a', 'b'), { recursive: true });
  }
  await Promise.all([1, 2, 3].map(() => sweepTemporaries(directory.path)));
  assert.equal(await readdir(directory.path), []);
});

test('a directory that is not there has none; the caller may remove in its own way', async () => {
  await using directory = await temporaryDirectory();
  assert.is(await sweepTemporaries(join(directory.path, 'no')), 0);
  const name = '.tmp-1-1-00000000-0000-4000-8000-000000000000-000000000000';
  await writeFile(join(directory.path, name), '');
  const removed: string[] = [];
  await sweepTemporaries(directory.path, (path) => Promise.resolve(void removed.push(path)));
  assert.equal(removed, [join(directory.path, name)]);
  assert.ok((await stat(join(directory.path, name))).isFile());
});

test.run();
