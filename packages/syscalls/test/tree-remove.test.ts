import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf, failureOf, file, tree, when } from './plan-helpers.ts';

const asRoot = when(needs('root'));
const empty = (path: string): { op: 'empty-directory'; path: string; keep: string[] } => ({
  op: 'empty-directory',
  path,
  keep: ['kept'],
});
const remove = (path: string): { op: 'remove'; path: string } => ({ op: 'remove', path });

test('removes a tree, a file, a link; what is absent is no failure', async () => {
  await using root = await temporaryDirectory();
  const at = (...names: string[]): string => join(root.path, ...names);
  await mkdir(at('d', 'e', 'f'), { recursive: true });
  await writeFile(at('d', 'e', 'file'), 'x');
  await writeFile(at('file'), 'x');
  await symlink('d', at('link'));
  await tree(
    root.path,
    remove('d'),
    remove('file'),
    remove('link'),
    remove('absent'),
    remove('absent/x'),
  );
  assert.equal(await readdir(root.path), []);
});

test('a link in the tree is removed, and what it leads to stays', async () => {
  await using root = await temporaryDirectory();
  const at = (...names: string[]): string => join(root.path, ...names);
  await mkdir(at('decoy'));
  await writeFile(at('decoy', 'secret'), 'untouched');
  await mkdir(at('d'));
  await symlink(at('decoy'), at('d', 'link'));
  await tree(root.path, remove('d'));
  assert.is(await readFile(at('decoy', 'secret'), 'utf8'), 'untouched');
  await symlink('decoy', at('way'));
  assert.match(await failureOf(tree(root.path, remove('way/secret'))), /remove (ELOOP|ENOTDIR)/);
  assert.is(await readFile(at('decoy', 'secret'), 'utf8'), 'untouched');
});

test('a tree deeper than any path can be', async () => {
  await using root = await temporaryDirectory();
  const name = 'x'.repeat(200);
  const script = `mkdir top && cd top && for i in $(seq 300); do mkdir ${name} && cd ${name} && : > file; done`;
  const made = await run(['bash', '-c', script], { cwd: root.path });
  assert.is(made.code, 0, made.stderr);
  await tree(root.path, remove('top'));
  assert.equal(await readdir(root.path), []);
});

test('a directory with very many entries', async () => {
  await using root = await temporaryDirectory();
  const made = await run(['bash', '-c', 'mkdir d && cd d && touch $(seq 5000)'], {
    cwd: root.path,
  });
  assert.is(made.code, 0, made.stderr);
  await tree(root.path, remove('d'));
  assert.equal(await readdir(root.path), []);
});

test('empties a directory but for what is kept', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'd', 'kept'), { recursive: true });
  await mkdir(join(root.path, 'd', 'gone', 'kept'), { recursive: true });
  await writeFile(join(root.path, 'd', 'kept', 'file'), 'x');
  await tree(root.path, empty('d'), empty('absent'), empty('d/kept/file'));
  assert.equal([...(await entriesOf(root.path)).keys()], ['.', 'd', 'd/kept', 'd/kept/file']);
});

asRoot('what comes after a removal goes to the new directory of that name', async () => {
  await using root = await temporaryDirectory();
  const make = { op: 'imply-directory', path: 'd' } as const;
  await tree(root.path, make, file('d/a'), remove('d'), make, file('d/b'));
  assert.equal([...(await entriesOf(root.path)).keys()], ['.', 'd', 'd/b']);
});

test('a tree that several remove at once, while it is still being filled', async () => {
  await using root = await temporaryDirectory();
  const fill = 'mkdir -p d/e && for i in $(seq 2000); do : > d/f$i; : > d/e/f$i; done; true';
  const filling = run(['bash', '-c', fill], { cwd: root.path });
  await run(['bash', '-c', 'until [ -e d/e/f500 ]; do :; done'], { cwd: root.path });
  await Promise.all([1, 2, 3].map(() => tree(root.path, remove('d'))));
  await filling;
  await tree(root.path, remove('d'));
  assert.equal(await readdir(root.path), []);
});

test.run();
