import { chmod, chown, link, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { listTree, needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryTree, findPath, followPath, mergeCopied, readArchive, walkCopied, writeArchive } from '../src/index.ts'; // prettier-ignore
import type { CopyOwner, CopyRecord } from '../src/index.ts';
import { codeOf, droppedInto, when } from './helpers.ts';

const asRoot = when(needs('root', 'command:setfattr'));

/** A tree with an entry of every kind. */
async function fill(root: string): Promise<void> {
  await mkdir(join(root, 'd/sub'), { recursive: true });
  await writeFile(join(root, 'd/file'), 'contents');
  await link(join(root, 'd/file'), join(root, 'd/twin'));
  await symlink('/nowhere', join(root, 'd/link'));
  await writeFile(join(root, 'd/sub/set'), 'x'.repeat(700_000));
  await run(['mkfifo', join(root, 'd/fifo')]);
  await run(['mknod', join(root, 'd/null'), 'c', '1', '3']);
  await run(['truncate', '-s', '16M', join(root, 'd/sparse')]);
  await run(['setfattr', '-n', 'user.note', '-v', 'kept', join(root, 'd/file')]);
  await chown(join(root, 'd/sub/set'), 1000, 1001);
  await chmod(join(root, 'd/sub/set'), 0o6750);
  await chmod(join(root, 'd/sub'), 0o1777);
  for (const path of ['d/file', 'd/sub/set', 'd/sub', 'd/sparse', 'd']) {
    await utimes(join(root, path), 1_000_000_000, 1_000_000_000.25);
  }
}

const walked = (root: string, name = 'd'): AsyncGenerator<CopyRecord> =>
  walkCopied(directoryTree(root), { path: 'd', follow: 'parents', name });

const merged = (
  records: AsyncIterable<CopyRecord>,
  root: string,
  owner: CopyOwner = 'kept',
): Promise<void> =>
  mergeCopied(records, directoryTree(root), { directory: '/', follow: false, owner });

asRoot('every kind of entry, from tree to tree and by way of an archive', async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  await using third = await temporaryDirectory();
  await fill(one.path);
  const expected = await listTree(one.path, { ignoreRoot: true });
  await merged(walked(one.path), other.path);
  assert.equal(await listTree(other.path, { ignoreRoot: true }), expected);
  await merged(readArchive(writeArchive(walked(one.path)), '/'), third.path);
  assert.equal(await listTree(third.path, { ignoreRoot: true }), expected);
  const used = Number((await run(['du', '-k', join(other.path, 'd/sparse')])).stdout.split('\t')[0]); // prettier-ignore
  assert.ok(used < 1000, 'holes stay holes');
  // Once more onto itself: nothing changes, and nothing else is left.
  await merged(walked(one.path), other.path);
  assert.equal(await listTree(other.path, { ignoreRoot: true }), expected);
});

asRoot('GNU tar reads what is copied, and what it writes is copied', async () => {
  await using one = await temporaryDirectory();
  await using other = await temporaryDirectory();
  await fill(one.path);
  const archive = await buffer(writeArchive(walked(one.path, 'renamed')));
  const { code, stdout } = await run(['tar', '-t'], { input: archive });
  assert.is(code, 0);
  assert.ok(stdout.startsWith('renamed/\nrenamed/fifo\nrenamed/file\n'));
  const args = [
    '-C',
    one.path,
    '--format=posix',
    '--sparse',
    '--xattrs',
    '--xattrs-include=user.*',
  ];
  const { output } = await run(['tar', '-c', ...args, 'd']);
  const source = (async function* () {
    yield output;
  })();
  await merged(readArchive(source, '/'), other.path);
  assert.equal(
    await listTree(other.path, { ignoreRoot: true }),
    await listTree(one.path, { ignoreRoot: true }),
  );
});

asRoot('whose the copy is', async () => {
  await using one = await temporaryDirectory();
  await fill(one.path);
  for (const [owner, expected] of [
    ['kept', '1000:1001'],
    ['copier', '0:0'],
    [{ uid: 7, gid: 8 }, '7:8'],
  ] as const) {
    await using other = await temporaryDirectory();
    await merged(walked(one.path), other.path, owner);
    const line = (await listTree(other.path)).find((found) => found.startsWith('d/sub/set |'));
    assert.is(line?.split(' | ')[3], expected);
    assert.is(line?.split(' | ')[2], '6750');
  }
});

asRoot('sockets are left out with a word, FIFOs and devices not opened', async () => {
  await using one = await temporaryDirectory();
  await fill(one.path);
  const { createServer } = await import('node:net');
  const server = createServer().listen(join(one.path, 'd/socket'));
  try {
    const dropped: string[] = [];
    const paths: string[] = [];
    const options = { path: 'd', follow: false, name: 'd', onEvent: droppedInto(dropped) };
    for await (const record of walkCopied(directoryTree(one.path), options)) {
      if (record.kind === 'entry') paths.push(record.path);
    }
    assert.equal(dropped, ['socket d/socket']);
    assert.not.ok(paths.includes('d/socket'));
    assert.ok(paths.includes('d/fifo'));
  } finally {
    server.close();
  }
});

asRoot('after an error a file is there as it was', async () => {
  await using one = await temporaryDirectory();
  await writeFile(join(one.path, 'file'), 'old');
  const entry = { kind: 'entry', type: 'file', path: 'file', target: '', mode: 0o644, uid: 0, gid: 0, size: 10_000_000, seconds: 0, nanoseconds: 0, major: 0, minor: 0, xattrs: new Map() } as const; // prettier-ignore
  const broken = (async function* (): AsyncGenerator<CopyRecord> {
    yield entry;
    for (let at = 0; at < 4; at++) {
      yield { kind: 'data', offset: at * 1_000_000, content: Buffer.alloc(1_000_000, 'x') };
    }
    throw Object.assign(new Error('broken'), { code: 'BROKEN' });
  })();
  const before = await listTree(one.path, { ignoreRoot: true });
  assert.is(await codeOf(merged(broken, one.path)), 'BROKEN');
  assert.equal(await listTree(one.path, { ignoreRoot: true }), before);
  assert.equal(await readdir(one.path), ['file']);
});

asRoot('paths are found as who lives in the tree finds them', async () => {
  await using one = await temporaryDirectory();
  await fill(one.path);
  await symlink('/d/sub', join(one.path, 'abs'));
  await symlink('../../../../d', join(one.path, 'd/up'));
  await symlink('loop', join(one.path, 'loop'));
  await symlink('abs/new', join(one.path, 'dangling'));
  const tree = directoryTree(one.path);
  const kindAt = async (path: string, follow: boolean): Promise<string | undefined> =>
    (await findPath(tree, path, { follow }))?.type;
  assert.is(await kindAt('/abs', false), 'symlink');
  assert.is(await kindAt('/abs/set', false), 'file');
  assert.is(await kindAt('/d/up', true), 'directory');
  assert.is(await kindAt('/loop', true), undefined);
  assert.is(await kindAt('/etc/passwd', true), undefined);
  assert.is(await kindAt('/d/file/x', true), undefined);
  assert.is((await followPath(tree, '/dangling')).path, '/abs/new');
  assert.is((await followPath(tree, '/abs')).entry?.type, 'directory');
  assert.equal(await followPath(tree, '/loop'), { path: '/loop' });
});

test.run();
