import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import type { Operation } from '@ctrkit/syscalls';
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
const time = 1_000_000_000_123_456_789n;

asRoot('makes every kind of entry with its metadata', async () => {
  await using root = await temporaryDirectory();
  const node = { ...owned, xattrs: undefined, mode: 0o640, uid: 5, gid: 6, ...modified };
  const xattrs = [Buffer.from('user.a'), Buffer.from('x\0y')];
  await tree(
    root.path,
    { ...directory('d'), mode: 0o2751, uid: 7, gid: 8, xattrs } as never,
    { ...file('d/f', 'hello'), mode: 0o4755, uid: 1, gid: 2, xattrs } as never,
    { op: 'make-symlink', path: 'd/l', target: '../x', uid: 3, gid: 4, ...modified },
    { op: 'make-hardlink', path: 'h', target: 'd/f' },
    { op: 'make-node', path: 'c', type: 0o020000, major: 1, minor: 3, ...node },
    { op: 'make-node', path: 'b', type: 0o060000, major: 259, minor: 70_000, ...node },
    { op: 'make-node', path: 'p', type: 0o010000, major: 0, minor: 0, ...node },
    { op: 'make-whiteout', path: 'w' },
    { op: 'directory-times', path: 'd', ...modified },
  );
  const entries = await entriesOf(root.path);
  const d = entries.get('d');
  assert.equal([d?.type, d?.mode, d?.uid, d?.gid, d?.modified], ['directory', 0o2751, 7, 8, time]);
  assert.equal(d?.xattrs.get('user.a')?.toString(), 'x\0y');
  const f = entries.get('d/f');
  assert.equal([f?.type, f?.mode, f?.uid, f?.gid, f?.size], ['file', 0o4755, 1, 2, 5]);
  assert.equal([f?.modified, f?.links, f?.inode], [time, 2, entries.get('h')?.inode]);
  assert.equal(f?.xattrs.get('user.a')?.toString(), 'x\0y');
  const l = entries.get('d/l');
  assert.equal([l?.type, l?.target.toString(), l?.uid, l?.gid], ['symlink', '../x', 3, 4]);
  assert.equal(l?.modified, time);
  const c = entries.get('c');
  assert.equal([c?.type, c?.mode, c?.major, c?.minor, c?.uid], ['character', 0o640, 1, 3, 5]);
  const b = entries.get('b');
  assert.equal([b?.type, b?.major, b?.minor], ['block', 259, 70_000]);
  assert.equal([entries.get('p')?.type, entries.get('p')?.gid], ['fifo', 6]);
  const w = entries.get('w');
  assert.equal([w?.type, w?.major, w?.minor], ['character', 0, 0]);
});

asRoot('keeps a file capability, which chown would take away', async () => {
  await using root = await temporaryDirectory();
  const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
  const xattrs = [Buffer.from('security.capability'), capability];
  await tree(root.path, { ...file('f', 'x'), uid: 9, gid: 9, xattrs } as never);
  const found = (await entriesOf(root.path)).get('f')?.xattrs.get('security.capability');
  assert.equal(found, capability);
});

asRoot('names need not be UTF-8', async () => {
  await using root = await temporaryDirectory();
  await tree(root.path, file(Buffer.from([0x66, 0xff, 0xfe, 0x0a])));
  assert.ok((await entriesOf(root.path)).has('f\xff\xfe\n'));
});

asRoot('a file in parts, with holes between and at the end', async () => {
  await using root = await temporaryDirectory();
  const size = 3n << 20n;
  await tree(
    root.path,
    { op: 'open-file', path: 'f' },
    { op: 'data', content: Buffer.alloc(4096, 1) },
    { op: 'hole', length: 1n << 20n },
    { op: 'data', content: Buffer.alloc(4096, 2) },
    { op: 'close-file', size, ...owned, ...modified },
  );
  const f = (await entriesOf(root.path)).get('f');
  assert.equal([f?.size, f?.modified], [Number(size), time]);
  assert.equal(f?.segments, [
    { offset: 0, length: 4096 },
    { offset: 4096 + (1 << 20), length: 4096 },
  ]);
  assert.ok((await stat(join(root.path, 'f'))).blocks * 512 < 1 << 20);
});

asRoot(
  'a name that is taken is replaced; a directory over a directory keeps its contents',
  async () => {
    await using root = await temporaryDirectory();
    await tree(
      root.path,
      { ...directory('d'), xattrs: [Buffer.from('user.old'), Buffer.from('1')] } as never,
      directory('d/e'),
      file('d/e/f', '1'),
      file('g', 'first'),
      file('h', 'old'),
      { op: 'make-hardlink', path: 'h2', target: 'h' },
      directory('d', 0o700),
      file('g', 'second'),
      file('h', 'new'),
      file('d/e', 'a file now'),
      symlink('g', 'elsewhere'),
    );
    const entries = await entriesOf(root.path);
    assert.equal(entries.get('d')?.mode, 0o700);
    assert.equal(entries.get('d')?.xattrs.size, 0);
    assert.equal(entries.get('d/e')?.type, 'file');
    assert.equal(entries.get('g')?.type, 'symlink');
    // What was there is not written through, so its other name still has the old contents.
    assert.equal(await readFile(join(root.path, 'h2'), 'utf8'), 'old');
    assert.equal(await readFile(join(root.path, 'h'), 'utf8'), 'new');
  },
);

asRoot('implies a directory, and leaves one that is there', async () => {
  await using root = await temporaryDirectory();
  await tree(
    root.path,
    directory('there', 0o700),
    file('was-file'),
    { op: 'imply-directory', path: 'there' },
    { op: 'imply-directory', path: 'new' },
    { op: 'imply-directory', path: 'was-file' },
  );
  const entries = await entriesOf(root.path);
  const modes = ['there', 'new', 'was-file'].map((path) => entries.get(path)?.mode);
  assert.equal(modes, [0o700, 0o755, 0o755]);
});

const outside = async (root: string): Promise<void> => {
  await tree(root, directory('inside'), directory('decoy'), file('decoy/secret', 'untouched'));
};

for (const [what, target] of [
  ['relative', '../decoy'],
  ['absolute', '/'],
] as const) {
  asRoot(`never makes anything through a ${what} link on the way`, async () => {
    await using place = await temporaryDirectory();
    await outside(place.path);
    const inside = join(place.path, 'inside');
    await tree(inside, symlink('way', target), directory('d'), file('d/f'));
    const plans = [
      file('way/secret', 'overwritten'),
      directory('way/new'),
      symlink('way/new', 'x'),
      { op: 'make-hardlink', path: 'way/new', target: 'd/f' },
      { op: 'make-hardlink', path: 'd/new', target: 'way/secret' },
      { op: 'make-whiteout', path: 'way/secret' },
      { op: 'imply-directory', path: 'way/new' },
      { op: 'mark-opaque', path: 'way', attribute: 'trusted.overlay.opaque' },
    ] as const;
    for (const operation of plans) {
      const failure = await failureOf(tree(inside, operation));
      assert.match(failure, /ELOOP|ENOTDIR/, operation.op);
    }
    const entries = await entriesOf(join(place.path, 'decoy'));
    assert.equal([...entries.keys()], ['.', 'secret']);
    assert.equal(await readFile(join(place.path, 'decoy', 'secret'), 'utf8'), 'untouched');
  });
}

asRoot('never leads out by dots, nor by an absolute path', async () => {
  await using place = await temporaryDirectory();
  await outside(place.path);
  const inside = join(place.path, 'inside');
  assert.match(await failureOf(tree(inside, file('../decoy/new'))), /make-file EXDEV/);
  assert.match(await failureOf(tree(inside, file('..'))), /make-file EINVAL/);
  assert.match(await failureOf(tree(inside, file('a/..'))), /EINVAL/);
  assert.match(await failureOf(tree(inside, file('/etc/new'))), /EXDEV|ENOENT/);
});

asRoot(
  'a link that takes the place of a directory is not followed by what comes after',
  async () => {
    await using place = await temporaryDirectory();
    await outside(place.path);
    const inside = join(place.path, 'inside');
    const plan = [
      directory('d'),
      file('d/a'),
      symlink('d', '../decoy'),
      file('d/secret', 'overwritten'),
    ];
    assert.match(await failureOf(tree(inside, ...plan)), /make-file (ELOOP|ENOTDIR)/);
    assert.equal(await readFile(join(place.path, 'decoy', 'secret'), 'utf8'), 'untouched');
  },
);

asRoot('a mount in the root is not entered', async () => {
  await using root = await temporaryDirectory();
  await tree(root.path, directory('m'));
  const mounted = await run(['mount', '-t', 'tmpfs', 'test', join(root.path, 'm')]);
  assert.is(mounted.code, 0, mounted.stderr);
  try {
    assert.is(await failureOf(tree(root.path, file('m/f'))), 'make-file EXDEV');
    assert.match(
      await failureOf(tree(root.path, { op: 'remove', path: 'm' })),
      /remove E(XDEV|BUSY)/,
    );
  } finally {
    await run(['umount', join(root.path, 'm')]);
  }
});

asRoot('a plan out of order is refused', async () => {
  await using root = await temporaryDirectory();
  const data = { op: 'data', content: Buffer.alloc(1) } as const;
  assert.is(await failureOf(tree(root.path, data)), 'data EPROTO');
  const open = { op: 'open-file', path: 'f' } as const;
  assert.is(await failureOf(tree(root.path, open, open)), 'open-file EPROTO');
  const close = { op: 'close-file', size: 0n, ...owned, ...modified } as const;
  assert.is(await failureOf(tree(root.path, open, data, close)), 'close-file EPROTO');
});

asRoot(
  'times are set and attributes removed without opening anything, also of a link',
  async () => {
    await using root = await temporaryDirectory();
    const at = (name: string): string => join(root.path, name);
    const made = await run(['bash', '-ec', 'echo x > f; mkfifo p; ln -s f l; ln -s d away; mkdir d; touch d/x; setfattr -n user.a -v 1 f; setfattr -n user.b -v 1 f; setfattr -h -n trusted.a -v 1 l; setfattr -h -n trusted.a -v 1 p'], { cwd: root.path }); // prettier-ignore
    assert.is(made.code, 0, made.stderr);
    await tree(
      root.path,
      ...['f', 'p', 'l', 'd'].flatMap((path): Operation[] => [
        {
          op: 'remove-attributes',
          path,
          names: path === 'f' ? ['user.a', 'user.none'] : ['trusted.a'],
        },
        { op: 'set-modified', path, ...modified },
      ]),
    );
    const left = await run(['getfattr', '-h', '-m', '-', 'f', 'p', 'l'], { cwd: root.path });
    assert.equal(left.stdout.trim().split('\n'), ['# file: f', 'user.b']);
    const seen = await run(['stat', '-c', '%n %.9Y', 'f', 'p', 'l', 'd'], { cwd: root.path });
    assert.equal(
      seen.stdout.trim().split('\n'),
      ['f', 'p', 'l', 'd'].map((name) => `${name} 1000000000.123456789`),
    );
    assert.is(await readFile(at('f'), 'utf8'), 'x\n');
    assert.match(
      await failureOf(tree(root.path, { op: 'set-modified', path: 'away/x', ...modified })),
      /set-modified (ELOOP|ENOTDIR)/,
    );
  },
);

asRoot('sync waits for the file system', async () => {
  await using root = await temporaryDirectory();
  await tree(root.path, file('f', 'x'), { op: 'sync' });
  assert.is(await readFile(join(root.path, 'f'), 'utf8'), 'x');
});

test.run();
