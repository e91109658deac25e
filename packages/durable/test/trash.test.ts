import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyTrash, moveToTrash, removeTree } from '@ctrkit/durable';
import { asUser, needs, userDirectory, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rejection } from './rejection.ts';

test('a thing is out of sight at once and gone after emptying', async () => {
  await using directory = await temporaryDirectory();
  const [thing, trash] = [join(directory.path, 'thing'), join(directory.path, 'trash')];
  await mkdir(join(thing, 'sub'), { recursive: true });
  await writeFile(join(thing, 'sub', 'file'), 'x');
  const resting = await moveToTrash(thing, trash);
  assert.equal(await readdir(directory.path), ['trash']);
  assert.is(await readFile(join(resting, 'sub', 'file'), 'utf8'), 'x');
  await emptyTrash(trash);
  assert.equal(await readdir(trash), []);
});

test('two things of one name lie side by side', async () => {
  await using directory = await temporaryDirectory();
  const [thing, trash] = [join(directory.path, 'thing'), join(directory.path, 'trash')];
  for (const content of ['1', '2']) {
    await writeFile(thing, content);
    await moveToTrash(thing, trash);
  }
  assert.is((await readdir(trash)).length, 2);
});

test('an entry that cannot be deleted keeps no other, and is deleted by the next who can', async () => {
  await using directory = await temporaryDirectory();
  const trash = join(directory.path, 'trash');
  for (const name of ['a', 'b', 'c']) {
    await writeFile(join(directory.path, name), name);
    await moveToTrash(join(directory.path, name), trash);
  }
  const stop = new Error('busy');
  let calls = 0;
  const error = await rejection(
    emptyTrash(trash, async (path) => {
      if ((calls += 1) === 2) throw stop;
      await removeTree(path);
    }),
  );
  assert.is(error, stop);
  assert.is(calls, 3);
  assert.is((await readdir(trash)).length, 1);
  await emptyTrash(trash);
  assert.equal(await readdir(trash), []);
});

test('several may empty it at once; a trash that is not there is empty', async () => {
  await using directory = await temporaryDirectory();
  const trash = join(directory.path, 'trash');
  await emptyTrash(trash);
  for (let n = 0; n < 10; n += 1) {
    const thing = join(directory.path, `thing-${n}`);
    await mkdir(join(thing, 'a', 'b', 'c'), { recursive: true });
    await moveToTrash(thing, trash);
  }
  await Promise.all([emptyTrash(trash), emptyTrash(trash), emptyTrash(trash)]);
  assert.equal(await readdir(trash), []);
});

test('a symbolic link is removed, what it points at is not', async () => {
  await using directory = await temporaryDirectory();
  const [outside, thing] = [join(directory.path, 'outside'), join(directory.path, 'thing')];
  await mkdir(outside);
  await writeFile(join(outside, 'precious'), 'x');
  await mkdir(thing);
  await symlink(outside, join(thing, 'link'));
  await removeTree(thing);
  assert.equal(await readdir(outside), ['precious']);
});

test('what is not there is the ENOENT of the system', async () => {
  await using directory = await temporaryDirectory();
  const error = await rejection(
    moveToTrash(join(directory.path, 'no'), join(directory.path, 'trash')),
  );
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
});

if (needs('unprivileged-user')) {
  test('a tree of directories that deny writing is removed by its owner all the same', async () => {
    await using home = await userDirectory();
    const script = fileURLToPath(new URL('children/remove-stubborn.ts', import.meta.url));
    const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
    const tree = join(home.path, 'tree');
    const result = await asUser([process.execPath, ...tsx, script, tree], { home: home.path });
    assert.is(result.code, 0, result.stderr);
    assert.not.ok((await readdir(home.path)).includes('tree'));
  });
}

test.run();
