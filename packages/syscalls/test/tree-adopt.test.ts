import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directory,
  entriesOf,
  failureOf,
  file,
  modified,
  owned,
  symlink,
  tree,
  when,
} from './plan-helpers.ts';

const asRoot = when(needs('root'));
const opaque = 'trusted.overlay.opaque';
const adopt = (
  path: string,
  required = 1,
): { op: 'adopt'; path: string; opaque: string; required: number } => ({
  op: 'adopt',
  path,
  opaque,
  required,
});

/** Three lower layers, the uppermost first, and a root. */
async function layers(
  base: string,
): Promise<{ root: string; lowers: { op: 'lower'; path: string }[] }> {
  await tree(base, directory('root'), directory('top'), directory('middle'), directory('bottom'));
  const lowers = ['top', 'middle', 'bottom'].map((name) => ({
    op: 'lower' as const,
    path: join(base, name),
  }));
  return { root: join(base, 'root'), lowers };
}

asRoot('takes a file from the uppermost layer that has it, with all metadata', async () => {
  await using base = await temporaryDirectory();
  const { root, lowers } = await layers(base.path);
  const xattrs = [Buffer.from('user.a'), Buffer.from('1')];
  await tree(join(base.path, 'bottom'), directory('d'), file('d/f', 'bottom'), file('d/g', 'only'));
  await tree(join(base.path, 'middle'), directory('d'), {
    ...file('d/f', 'middle'),
    mode: 0o4711,
    uid: 3,
    gid: 4,
    xattrs,
  } as never);
  await tree(root, ...lowers, directory('d'), adopt('d/f'), adopt('d/g'));
  assert.is(await readFile(join(root, 'd/f'), 'utf8'), 'middle');
  assert.is(await readFile(join(root, 'd/g'), 'utf8'), 'only');
  const f = (await entriesOf(root)).get('d/f');
  assert.equal([f?.mode, f?.uid, f?.gid, f?.modified], [0o4711, 3, 4, 1_000_000_000_123_456_789n]);
  assert.is(f?.xattrs.get('user.a')?.toString(), '1');
});

asRoot('a whiteout, an opaque directory and a file in the way hide what is below', async () => {
  await using base = await temporaryDirectory();
  const { root, lowers } = await layers(base.path);
  await tree(
    join(base.path, 'bottom'),
    directory('d'),
    file('d/f'),
    directory('o'),
    file('o/f'),
    directory('x'),
    file('x/f'),
  );
  await tree(
    join(base.path, 'middle'),
    directory('d'),
    { op: 'make-whiteout', path: 'd/f' },
    directory('o'),
    { op: 'mark-opaque', path: 'o', attribute: opaque },
    file('x'),
  );
  for (const path of ['d/f', 'o/f', 'x/f', 'nowhere']) {
    const parents = ['d', 'o', 'x'].map((name) => directory(name));
    assert.is(
      await failureOf(tree(root, ...lowers, ...parents, adopt(path))),
      'adopt ENOENT',
      path,
    );
    await tree(root, ...lowers, adopt(path, 0));
  }
});

asRoot(
  "a directory's metadata, without overlayfs's own marks and without what is in it",
  async () => {
    await using base = await temporaryDirectory();
    const { root, lowers } = await layers(base.path);
    const xattrs = [Buffer.from('user.a'), Buffer.from('1')];
    await tree(
      join(base.path, 'middle'),
      { ...directory('d', 0o2750), uid: 5, gid: 6, xattrs } as never,
      { op: 'mark-opaque', path: 'd', attribute: opaque },
      file('d/f'),
      { op: 'directory-times', path: 'd', ...modified },
    );
    await tree(root, ...lowers, { op: 'imply-directory', path: 'd' }, adopt('d', 0));
    const entries = await entriesOf(root);
    const d = entries.get('d');
    assert.equal(
      [d?.mode, d?.uid, d?.gid, d?.modified],
      [0o2750, 5, 6, 1_000_000_000_123_456_789n],
    );
    assert.equal([...(d?.xattrs.keys() ?? [])], ['user.a']);
    assert.not.ok(entries.has('d/f'));
  },
);

asRoot('links, devices and holes are copied as what they are', async () => {
  await using base = await temporaryDirectory();
  const { root, lowers } = await layers(base.path);
  const { xattrs: _none, ...node } = owned;
  await tree(
    join(base.path, 'bottom'),
    symlink('l', '/etc/passwd'),
    { op: 'make-node', path: 'c', type: 0o020000, major: 1, minor: 3, ...node, ...modified },
    { op: 'open-file', path: 's' },
    { op: 'hole', length: 4n << 20n },
    { op: 'data', content: Buffer.from('end') },
    { op: 'close-file', size: (8n << 20n) + 3n, ...owned, ...modified },
  );
  await tree(root, ...lowers, adopt('l'), adopt('c'), adopt('s'));
  const entries = await entriesOf(root);
  assert.is(entries.get('l')?.target.toString(), '/etc/passwd');
  assert.equal([entries.get('c')?.major, entries.get('c')?.minor], [1, 3]);
  assert.is(entries.get('s')?.size, (8 << 20) + 3);
  assert.ok((await stat(join(root, 's'))).blocks * 512 < 1 << 20);
});

asRoot('a lower layer is not left through its links', async () => {
  await using base = await temporaryDirectory();
  const { root, lowers } = await layers(base.path);
  await tree(join(base.path, 'bottom'), symlink('way', '../root'));
  await tree(root, file('secret'), directory('copy'));
  assert.is(await failureOf(tree(root, ...lowers, adopt('way/secret'))), 'adopt ENOENT');
});

test.run();
