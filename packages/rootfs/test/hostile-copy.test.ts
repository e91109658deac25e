import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listTree, needs, tarOf, temporaryDirectory } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryTree, mergeCopied, readArchive, walkCopied } from '../src/index.ts';
import { chunksOf, codeOf, when } from './helpers.ts';

const asRoot = when(needs('root'));

const dir = (path: string): TarEntry => ({ path, type: 'Directory' });
const file = (path: string, content = 'hostile'): TarEntry => ({ path, type: 'File', content });
const link = (path: string, linkpath: string): TarEntry => ({ path, type: 'SymbolicLink', linkpath }); // prettier-ignore
const hard = (path: string, linkpath: string): TarEntry => ({ path, type: 'Link', linkpath });

async function* streamed(archive: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* chunksOf(archive);
}

interface Attacked {
  readonly code: string;
  readonly paths: string[];
}

/** Unpacks into `d` of a tree beside a decoy, which has to stay as it is. */
async function attack(archive: Uint8Array): Promise<Attacked> {
  await using base = await temporaryDirectory();
  const [root, decoy] = [join(base.path, 'root'), join(base.path, 'decoy')];
  for (const path of [root, join(root, 'd'), decoy]) await mkdir(path);
  await writeFile(join(decoy, 'secret'), 'untouched');
  await symlink(decoy, join(root, 'd/planted'));
  await symlink('../../decoy', join(root, 'd/above'));
  const before = await listTree(decoy);
  const code = await codeOf(
    mergeCopied(readArchive(streamed(archive), '/d'), directoryTree(root), {
      directory: '/d',
      follow: true,
      owner: 'kept',
    }),
  );
  assert.equal(await listTree(decoy), before);
  assert.equal((await readdir(base.path)).toSorted(), ['decoy', 'root']);
  const found = await listTree(root);
  return { code, paths: found.map((line) => line.split(' | ')[0] ?? '') };
}

const made = ({ paths }: Attacked): string[] =>
  paths.filter((path) => !['.', 'd', 'd/planted', 'd/above'].includes(path));

asRoot('names of an archive lead nowhere outside', async () => {
  for (const path of ['../x', '../../decoy/x', 'a/../../x', '..', './..', 'd/../../x']) {
    const attacked = await attack(tarOf([file(path)]));
    assert.is(attacked.code, 'ARCHIVE_INVALID', path);
    assert.equal(made(attacked), [], path);
  }
  const absolute = await attack(tarOf([file('/etc/x'), file('//y')]));
  assert.equal([absolute.code, made(absolute)], ['success', ['d/etc', 'd/etc/x', 'd/y']]);
});

asRoot('links of an archive, and those that are there, lead nowhere outside', async () => {
  for (const entries of [
    [file('planted/secret')],
    [file('above/secret')],
    [link('l', '/etc'), file('l/x')],
    [link('l', '../../decoy'), file('l/secret')],
    [link('l', '/proc/self/root'), file('l/x')],
    [link('a', '../..'), link('b', 'a/..'), file('b/x')],
  ]) {
    const { paths } = await attack(tarOf(entries));
    assert.ok(paths.length > 0);
  }
  for (const target of [
    '../../decoy/secret',
    '/../decoy/secret',
    'planted/secret',
    'above/secret',
  ]) {
    const attacked = await attack(tarOf([hard('h', target)]));
    assert.is.not(attacked.code, 'success', target);
    assert.equal(made(attacked), [], target);
  }
});

asRoot('an archive that lies or is none', async () => {
  const whole = tarOf([file('a', 'x'.repeat(2000)), file('b')]);
  const huge = tarOf([{ ...file('a', ''), size: 0o77777777777 }]);
  for (const archive of [
    whole.subarray(0, 1000),
    huge,
    Buffer.from('nonsense'.repeat(100)),
    Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]),
  ]) {
    const attacked = await attack(archive);
    assert.is(attacked.code, 'ARCHIVE_INVALID');
    // What did not come whole is not there, nor the beginning of it.
    assert.equal(made(attacked), []);
  }
  assert.is((await attack(Buffer.alloc(0))).code, 'success');
});

asRoot('a directory stays one, whatever an archive says', async () => {
  for (const entries of [
    [file('x/y'), file('x')],
    [dir('x'), link('x', '/etc')],
    [file('x'), dir('x')],
    [file('x'), file('x/y')],
  ]) {
    // prettier-ignore
    const { code } = await attack(tarOf(entries));
    assert.ok(['COPY_REFUSED', 'COPY_FAILED'].includes(code), code);
  }
});

// CVE-2018-15664: who lives in the tree changes names to links and back while it is copied.
const flipping = `
const { renameSync, symlinkSync, mkdirSync } = require('node:fs');
const [tree, decoy] = process.argv.slice(1);
process.chdir(tree);
symlinkSync(decoy, 'link');
process.stdout.write('ready');
for (;;) {
  try { renameSync('d/s', 'aside'); renameSync('link', 'd/s'); renameSync('d/s', 'link'); renameSync('aside', 'd/s'); } catch {}
}`;

/** Copies again and again while a directory of the tree becomes a link to the decoy and one again. */
async function whileFlipping(
  tree: string,
  decoy: string,
  copy: () => Promise<void>,
): Promise<void> {
  // prettier-ignore
  const child = spawn(process.execPath, ['-e', flipping, tree, decoy], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  try {
    await once(child.stdout, 'data');
    for (let times = 0; times < 60; times++) {
      await copy().catch((error: { code?: string }) => {
        if (!['COPY_FAILED', 'COPY_REFUSED'].includes(error.code ?? '')) throw error;
      });
    }
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

asRoot('links that change while a tree is read show nothing of what is outside', async () => {
  await using base = await temporaryDirectory();
  const [root, decoy] = [join(base.path, 'root'), join(base.path, 'decoy')];
  for (const path of [join(root, 'd/s'), decoy]) await mkdir(path, { recursive: true });
  for (let n = 0; n < 20; n++) await writeFile(join(root, 'd/s', `f${n}`), 'inside');
  for (let n = 0; n < 20; n++) await writeFile(join(decoy, `f${n}`), 'SECRET');
  let seen = 0;
  await whileFlipping(root, decoy, async () => {
    for (const path of ['d', 'd/s/f3']) {
      const options = { path, follow: 'parents', name: 'd' } as const;
      for await (const record of walkCopied(directoryTree(root), options)) {
        if (record.kind === 'data') assert.is(String(record.content), 'inside');
        seen += 1;
      }
    }
  });
  assert.ok(seen > 0);
});

asRoot('links that change while a tree is written to lead nowhere outside', async () => {
  await using base = await temporaryDirectory();
  const [root, decoy] = [join(base.path, 'root'), join(base.path, 'decoy')];
  for (const path of [join(root, 'd/s'), decoy]) await mkdir(path, { recursive: true });
  const names = Array.from({ length: 30 }, (_, n) => file(`s/f${n}`, 'copied'));
  for (const follow of [true, false]) {
    await whileFlipping(root, decoy, () =>
      mergeCopied(readArchive(streamed(tarOf(names)), '/d'), directoryTree(root), {
        directory: '/d',
        follow,
        owner: 'kept',
      }),
    );
    assert.equal(await readdir(decoy), []);
    await rm(root, { recursive: true });
    await mkdir(join(root, 'd/s'), { recursive: true });
  }
});

test.run();
