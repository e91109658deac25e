import { chmod, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { needs, run } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf, contextOf, failureOf, selected, when } from './context-helpers.ts';

const asRoot = when(needs('root'));

const tree = {
  'a.txt': 'A',
  'b.txt': 'B',
  'c.md': 'C',
  'dir/a.txt': 'DA',
  'dir/sub/deep.txt': 'deep',
  'dir/empty/': '',
  'other/sub/x.txt': 'X',
  'dir-2/z': 'Z',
  link: '->dir/a.txt',
  linkdir: '->dir',
  up: '->../../../../etc/passwd',
  absolute: '->/dir/sub',
  nowhere: '->absent',
  'a[b].txt': 'brackets',
};

const whole = 'a.txt a[b].txt absolute->/dir/sub b.txt c.md dir/ dir/a.txt dir/empty/ dir/sub/ dir/sub/deep.txt dir-2/ dir-2/z link->dir/a.txt linkdir->dir nowhere->absent other/ other/sub/ other/sub/x.txt up->../../../../etc/passwd'; // prettier-ignore

for (const [sources, found] of [
  [['.'], [`./: ./ ${whole}`]],
  [['/'], [`./: ./ ${whole}`]],
  [['a.txt'], ['a.txt: .']],
  [
    ['/a.txt', './b.txt'],
    ['a.txt: .', 'b.txt: .'],
  ],
  [['dir'], ['dir/: ./ a.txt empty/ sub/ sub/deep.txt']],
  [['dir/'], ['dir/: ./ a.txt empty/ sub/ sub/deep.txt']],
  [['dir/../dir/./sub'], ['dir/sub/: ./ deep.txt']],
  [['*.txt'], ['a.txt: .', 'a[b].txt: .', 'b.txt: .']],
  [['?.txt'], ['a.txt: .', 'b.txt: .']],
  [['[ab].*'], ['a.txt: .', 'b.txt: .']],
  [['[^a].txt'], ['b.txt: .']],
  [['a[[]b].txt'], ['a[b].txt: .']],
  [['*/sub'], ['dir/sub/: ./ deep.txt', 'other/sub/: ./ x.txt']],
  [['*/*/*.txt'], ['dir/sub/deep.txt: .', 'other/sub/x.txt: .']],
  [['**/a.txt'], ['dir/a.txt: .']],
  [['link'], ['link: .']],
  [['linkdir'], ['linkdir/: ./ a.txt empty/ sub/ sub/deep.txt']],
  [['linkdir/sub/deep.txt'], ['linkdir/sub/deep.txt: .']],
  [['linkdir/*.txt'], ['linkdir/a.txt: .']],
  [['lin*'], ['link: .', 'linkdir/: ./ a.txt empty/ sub/ sub/deep.txt']],
  [['absolute/deep.txt'], ['absolute/deep.txt: .']],
  [['../a.txt'], ['a.txt: .']],
  [['*.nosuch', 'a.txt', 'dir/nosuch*'], ['a.txt: .']],
] as const) {
  test(`COPY ${sources.join(' ')}`, async () => {
    await using place = await contextOf(tree);
    await using context = await place.open();
    assert.equal(await selected(context, { sources }), found);
  });
}

const absent =
  'SOURCE_NOT_FOUND: file not found in build context or excluded by .dockerignore: stat';
for (const [source, message] of [
  ['nosuch', `${absent} nosuch: file does not exist`],
  ['./dir//nosuch', `${absent} dir/nosuch: file does not exist`],
  ['/nosuch', `${absent} nosuch: file does not exist`],
  ['*.nosuch', 'SOURCE_NOT_FOUND: no source files were specified'],
  ['a.txt/b', `${absent} a.txt/b: file does not exist`],
  ['nowhere', `${absent} nowhere: file does not exist`],
  ['nowher?', `${absent} nowhere: file does not exist`],
  ['up', `${absent} up: file does not exist`],
  ['../outside', 'SOURCE_NOT_FOUND: forbidden path outside the build context: ../outside ()'],
  ['[a', 'ARGUMENT_INVALID: "[a": syntax error in pattern'],
] as const) {
  test(`COPY ${source} fails`, async () => {
    await using place = await contextOf(tree);
    await using context = await place.open();
    assert.is(await failureOf(context.select({ sources: [source] })), message);
  });
}

for (const [source, found] of [
  ['dir/sub/deep.txt', ['dir/sub/deep.txt: dir/ dir/sub/ dir/sub/deep.txt']],
  ['./dir/./sub/deep.txt', ['dir/sub/deep.txt: sub/ sub/deep.txt']],
  ['dir/./sub', ['dir/sub/: sub/ sub/deep.txt']],
  ['a.txt', ['a.txt: a.txt']],
  ['*/./*/x.txt', ['other/sub/x.txt: sub/ sub/x.txt']],
  [
    '**/*.txt',
    [
      'a.txt: a.txt',
      'a[b].txt: a[b].txt',
      'b.txt: b.txt',
      'dir/a.txt: dir/ dir/a.txt',
      'dir/sub/deep.txt: dir/ dir/sub/ dir/sub/deep.txt',
      'other/sub/x.txt: other/ other/sub/ other/sub/x.txt',
    ],
  ],
] as const) {
  test(`COPY --parents ${source}`, async () => {
    await using place = await contextOf(tree);
    await using context = await place.open();
    assert.equal(await selected(context, { sources: [source], parents: true }), found);
  });
}

for (const [exclude, source, found] of [
  [['*.txt'], 'dir', ['dir/: ./ empty/ sub/ sub/deep.txt']],
  [['**/*.txt'], 'dir', ['dir/: ./ empty/ sub/']],
  [['sub'], 'dir', ['dir/: ./ a.txt empty/']],
  [['sub', '!sub/deep.txt'], 'dir', ['dir/: ./ a.txt empty/ sub/ sub/deep.txt']],
  [['b.*'], '*.txt', ['a.txt: .', 'a[b].txt: .']],
  [['*'], 'a.txt', []],
] as const) {
  test(`COPY --exclude=${exclude.join(' --exclude=')} ${source}`, async () => {
    await using place = await contextOf(tree);
    await using context = await place.open();
    assert.equal(await selected(context, { sources: [source], exclude }), found);
  });
}

test('a directory and one that is in it, found together', async () => {
  await using place = await contextOf(tree);
  await using context = await place.open();
  assert.equal(await selected(context, { sources: ['**/sub', 'dir'], parents: true }), [
    'dir/sub/: dir/ dir/sub/ dir/sub/deep.txt',
    'other/sub/: other/ other/sub/ other/sub/x.txt',
    'dir/: dir/ dir/a.txt dir/empty/ dir/sub/ dir/sub/deep.txt',
  ]);
  await using another = await place.open();
  const found = await selected(another, { sources: ['**'], parents: true });
  assert.is(found[0], `./: ./ ${whole}`);
});

test('.dockerignore, and the one of a Dockerfile before it', async () => {
  await using place = await contextOf({
    ...tree,
    '.dockerignore': 'dir\n!dir/sub\n*.md',
    'sub/My.Dockerfile.dockerignore': '*\n!a.txt',
  });
  await using one = await place.open();
  assert.equal(await selected(one, { sources: ['dir'] }), ['dir/: ./ sub/ sub/deep.txt']);
  assert.match(await failureOf(one.select({ sources: ['c.md'] })), 'excluded by .dockerignore');
  assert.match(
    await failureOf(one.select({ sources: ['dir/a.txt'] })),
    'excluded by .dockerignore',
  );
  await using other = await place.open({ dockerfile: 'sub/My.Dockerfile' });
  assert.equal(await selected(other, { sources: ['.'] }), ['./: ./ a.txt']);
  assert.is((await other.readFile('sub/My.Dockerfile.dockerignore', 100))?.toString(), '*\n!a.txt');
  await using given = await place.open({ ignore: ['*', '!b.txt'] });
  assert.equal(await selected(given, { sources: ['.'] }), ['./: ./ b.txt']);
});

test('a link to what is left out leads nowhere', async () => {
  await using place = await contextOf({ ...tree, '.dockerignore': 'dir' });
  await using context = await place.open();
  assert.match(await failureOf(context.select({ sources: ['link'] })), 'SOURCE_NOT_FOUND');
});

test('links lead nowhere outside, and the ignore file is none of the host', async () => {
  await using place = await contextOf({ 'etc/passwd': 'mine' });
  await writeFile(join(place.outside, 'secret'), 'secret\n');
  await symlink(`${place.outside}/secret`, join(place.path, '.dockerignore'));
  await symlink(`${place.outside}/secret`, join(place.path, 'leak'));
  await symlink('../outside', join(place.path, 'escape'));
  await symlink('/etc', join(place.path, 'hosts'));
  await using context = await place.open();
  for (const source of ['leak', 'escape', 'escape/secret', 'hosts/hostname']) {
    assert.match(
      await failureOf(context.select({ sources: [source] })),
      'SOURCE_NOT_FOUND',
      source,
    );
  }
  const inside = await context.select({ sources: ['hosts/passwd'] });
  assert.equal(await contentsOf(inside), { '.': 'mine' });
  for (const path of ['leak', '../outside/secret', 'd'.repeat(300), 'a/'.repeat(3000)]) {
    assert.is(await context.readFile(path, 100), undefined, path.slice(0, 20));
  }
  assert.is((await context.readFile('hosts/passwd', 100))?.toString(), 'mine');
});

test('contents, holes, and what is larger than memory is given', async () => {
  await using place = await contextOf({ small: 'small', empty: '' });
  await writeFile(join(place.path, 'large'), 'x'.repeat(3_000_000));
  await writeFile(join(place.path, 'sparse'), 'begin');
  await truncate(join(place.path, 'sparse'), 200_000);
  await using context = await place.open();
  const selection = await context.select({ sources: ['.'] });
  for (let round = 0; round < 2; round++) {
    const { small, large, empty, sparse } = await contentsOf(selection);
    assert.equal([small, empty, large === 'x'.repeat(3_000_000)], ['small', '', true]);
    assert.ok(sparse?.startsWith('begin') && /[.\0]+$/.test(sparse));
  }
  const { digest } = await context.select({ sources: ['sparse'] });
  await writeFile(join(place.path, 'full'), Buffer.concat([Buffer.from('begin'), Buffer.alloc(199_995)])); // prettier-ignore
  await rm(join(place.path, 'sparse'));
  await run(['mv', join(place.path, 'full'), join(place.path, 'sparse')]);
  await using again = await place.open();
  assert.is((await again.select({ sources: ['sparse'] })).digest, digest);
  assert.ok(readdirSync(join(place.cacheDirectory, 'spool')).length > 0);
  await context[Symbol.asyncDispose]();
  await again[Symbol.asyncDispose]();
  assert.equal(readdirSync(join(place.cacheDirectory, 'spool')), []);
});

test('the digest is of names, permissions and contents, not of times or of the place', async () => {
  await using place = await contextOf({ 'd/f': 'x', 'd/link': '->f' });
  const digestNow = async (): Promise<string> => {
    await using context = await place.open();
    return (await context.select({ sources: ['d'] })).digest;
  };
  await using twin = await contextOf({ 'd/f': 'x', 'd/link': '->f' });
  await using there = await twin.open();
  const first = await digestNow();
  assert.is((await there.select({ sources: ['d'] })).digest, first);
  const seen = new Set([first]);
  const f = join(place.path, 'd', 'f');
  await utimes(f, 1, 1);
  assert.is(await digestNow(), first);
  for (const change of [
    () => chmod(f, 0o600),
    () => writeFile(f, 'y'),
    () => writeFile(join(place.path, 'd', 'g'), ''),
    () => rm(join(place.path, 'd', 'link')),
    () => symlink('g', join(place.path, 'd', 'link')),
    () => run(['setfattr', '-n', 'user.x', '-v', '1', f]),
  ]) {
    await change();
    const digest = await digestNow();
    assert.ok(!seen.has(digest), String(change));
    seen.add(digest);
  }
});

asRoot('owners in a context are root; sockets are left out, pipes are not opened', async () => {
  await using place = await contextOf({ f: 'x' });
  await run(['chown', '-R', '1234:1234', place.path]);
  await run(['mkfifo', join(place.path, 'pipe')]);
  await using server = createServer().listen(join(place.path, 'socket'));
  await once(server, 'listening');
  await using context = await place.open();
  const selection = await context.select({ sources: ['.'] });
  const entries = selection.matches.flatMap(({ entries }) => entries);
  assert.equal(
    entries.map(({ entry }) => `${entry.path.toString()} ${entry.type} ${entry.uid}:${entry.gid}`),
    ['. directory 0:0', 'f file 0:0', 'pipe fifo 0:0'],
  );
});

test('names that are no text', async () => {
  await using place = await contextOf({ 'ä.txt': '1' });
  await writeFile(Buffer.concat([Buffer.from(`${place.path}/`), Buffer.from([0xff, 0x2e, 0x74])]), '2'); // prettier-ignore
  await using context = await place.open();
  const { matches } = await context.select({ sources: ['*.t*'] });
  const names = matches.map(({ name }) => name.toString('latin1'));
  assert.equal(names, [Buffer.from('ä.txt').toString('latin1'), '\xff.t']);
  assert.equal(await selected(context, { sources: ['ä.txt'] }), ['ä.txt: .']);
  assert.equal(await selected(context, { sources: ['?.txt'] }), ['ä.txt: .']);
});

test('no context', async () => {
  await using place = await contextOf({ file: '' });
  await rm(place.path, { recursive: true });
  assert.match(await failureOf(place.open()), /^CONTEXT_INVALID: path ".*" not found$/);
});

test.run();
