import { mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Helper, walkTree } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, directory, failureOf, modified, owned, tree, when } from './plan-helpers.ts';

const asRoot = when(needs('root'));
const merge = (follow: number): Operation => ({ op: 'merge', follow });

function replaced(path: string, content: string, anonymous: number): Operation[] {
  return [
    { op: 'replace-file', path, aside: '.aside', anonymous },
    { op: 'data', content: Buffer.from(content) },
    { op: 'close-file', size: BigInt(content.length), ...owned, ...modified },
  ];
}

asRoot('a file takes the place of another as a whole', async () => {
  for (const anonymous of [0, 1]) {
    await using root = await temporaryDirectory();
    await writeFile(join(root.path, 'there'), 'old');
    await symlink('there', join(root.path, 'link'));
    await tree(
      root.path,
      merge(0),
      ...replaced('there', 'young', anonymous),
      ...replaced('new', 'new', anonymous),
      ...replaced('link', 'own', anonymous),
    );
    assert.equal(await readdir(root.path), ['link', 'new', 'there']);
    assert.is(await readFile(join(root.path, 'there'), 'utf8'), 'young');
    assert.is(await readFile(join(root.path, 'link'), 'utf8'), 'own');
  }
});

asRoot('of a file that nobody completes nothing is left, and what was there stays', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'there'), 'old');
  const helper = new Helper('tree');
  const [begin, data] = replaced('there', 'x'.repeat(1 << 20), 1);
  await helper.write({ op: 'root', path: root.path }, merge(0), begin!, data!);
  helper.kill('SIGKILL');
  await helper.wait().catch(() => undefined);
  assert.equal(await readdir(root.path), ['there']);
  assert.is(await readFile(join(root.path, 'there'), 'utf8'), 'old');
});

asRoot('a directory stays one, and what is none becomes none', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'd'));
  await writeFile(join(root.path, 'f'), 'old');
  await symlink('d', join(root.path, 'l'));
  const link: Operation = { op: 'make-symlink', path: 'd', target: 'x', uid: 0, gid: 0, ...modified }; // prettier-ignore
  const failed = (...plan: Operation[]): Promise<string> => failureOf(tree(root.path, merge(0), ...plan)); // prettier-ignore
  assert.is(await failed(link), 'make-symlink EISDIR');
  assert.is(await failed(...replaced('d', 'x', 1)), 'replace-file EISDIR');
  assert.is(await failed(directory('f')), 'make-directory ENOTDIR');
  assert.is(await failed(directory('l')), 'make-directory ENOTDIR');
  assert.is(await readFile(join(root.path, 'f'), 'utf8'), 'old');
  assert.is(await readlink(join(root.path, 'l')), 'd');
});

asRoot('links on the way are followed inside the root, or not at all', async () => {
  await using outside = await temporaryDirectory();
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'd'));
  await mkdir(join(root.path, outside.path), { recursive: true });
  await symlink('/d', join(root.path, 'inside'));
  await symlink(`../../../../../..${outside.path}`, join(root.path, 'out'));
  await tree(root.path, merge(1), ...replaced('inside/x', 'x', 1), ...replaced('out/x', 'y', 1));
  assert.is(await readFile(join(root.path, 'd/x'), 'utf8'), 'x');
  assert.is(await readFile(join(root.path, outside.path, 'x'), 'utf8'), 'y');
  assert.equal(await readdir(outside.path), []);
  const refused = await failureOf(tree(root.path, merge(0), ...replaced('inside/z', 'z', 1)));
  assert.is(refused, 'replace-file ELOOP');
});

asRoot('a walk that begins at a link shows it, or where it leads', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'd/e'), { recursive: true });
  await symlink('/d', join(root.path, 'l'));
  await symlink('e', join(root.path, 'd/f'));
  const walked = async (path: string, follow: boolean | 'parents'): Promise<string[]> => {
    const records = await collect(walkTree([{ op: 'root', path: root.path }], { path, follow }));
    return records.map((record) => ('type' in record ? `${record.path.toString()} ${record.type}` : '')); // prettier-ignore
  };
  assert.equal(await walked('l', 'parents'), ['l symlink']);
  assert.equal(await walked('l/f', 'parents'), ['l/f symlink']);
  assert.equal(await walked('l/f', true), ['l/f directory']);
  assert.equal((await walked('l', true)).length, 3);
});

test.run();
