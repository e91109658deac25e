import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asUser, needs, temporaryDirectory, userDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import { removeTree } from '../src/remove-tree.ts';

const source = new URL('../src/remove-tree.ts', import.meta.url).href;

async function makeTree(root: string, files: number): Promise<void> {
  for (let i = 0; i < files; i++) {
    const directory = join(root, `d${i % 7}`, `e${i % 11}`);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, String(i)), '');
  }
}

test('removes a tree, follows no link, and minds nothing that is not there', async () => {
  await using directory = await temporaryDirectory();
  const [tree, outside] = [join(directory.path, 'tree'), join(directory.path, 'outside')];
  await makeTree(tree, 20);
  await makeTree(outside, 5);
  await symlink(outside, join(tree, 'link'));
  await removeTree(tree);
  await removeTree(tree);
  assert.deepEqual(await readdir(directory.path), ['outside']);
  assert.equal((await readdir(outside)).length, 5);
});

test('several who remove the same tree at once all succeed', async () => {
  await using directory = await temporaryDirectory();
  const tree = join(directory.path, 'tree');
  await makeTree(tree, 300);
  await Promise.all(Array.from({ length: 4 }, () => removeTree(tree)));
  assert.deepEqual(await readdir(directory.path), []);
});

if (needs('unprivileged-user')) {
  test('a user who made directories that deny everything can remove them, twice at once', async () => {
    await using home = await userDirectory();
    const script = `
      import { chmod, mkdir, writeFile, readdir } from 'node:fs/promises';
      import { removeTree } from ${JSON.stringify(source)};
      for (let i = 0; i < 40; i++) {
        await mkdir('tree/d' + i + '/in', { recursive: true });
        await writeFile('tree/d' + i + '/in/file', '');
        await chmod('tree/d' + i + '/in', 0o000);
        await chmod('tree/d' + i, 0o555);
      }
      await Promise.all([removeTree('tree'), removeTree('tree'), removeTree('tree')]);
      process.stdout.write(JSON.stringify(await readdir('.')));
    `;
    const tsx = import.meta.resolve('tsx');
    const node = [process.execPath, '--import', tsx, '--input-type=module', '-e', script] as const;
    const { stdout, stderr } = await asUser([...node], { home: home.path });
    assert.equal(stderr, '');
    assert.ok(!stdout.includes('tree'), stdout);
  });
}

test('a file is a small tree', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'file');
  await writeFile(file, '');
  await chmod(file, 0o000);
  await removeTree(file);
  assert.deepEqual(await readdir(directory.path), []);
});

test.run();
