import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chmod, chown, link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTreeSource } from '@ctrkit/build';
import type { SourceTree } from '@ctrkit/build';
import { layersTree } from '@ctrkit/rootfs';
import { asUser, needs, run, userDirectory } from '@ctrkit/testing';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentsOf, contextOf, failureOf, makeFiles, selected, when } from './context-helpers.ts';
import type { ContextPlace, Files } from './context-helpers.ts';

const withOverlay = when(needs('root') && needs('overlay'));
const asRoot = when(needs('root'));
const asUnprivileged = when(
  needs('root') && needs('unprivileged-user') && needs('user-namespaces'),
);

/** A tree of layers, the lowest first. */
async function treeOf(place: ContextPlace, ...layers: readonly Files[]): Promise<SourceTree> {
  const paths: string[] = [];
  for (const files of layers) {
    const path = join(place.outside, `layer${paths.length}`);
    await mkdir(path);
    await makeFiles(path, files);
    paths.push(path);
  }
  return openTreeSource(layersTree(paths), { cacheDirectory: place.cacheDirectory });
}

withOverlay('layers are seen as one, and links lead nowhere outside', async () => {
  await using place = await contextOf({});
  await using tree = await treeOf(
    place,
    { 'etc/passwd': 'image', 'usr/bin/tool': 'old', lib: '->usr/lib', 'usr/lib/x': 'x' },
    { 'usr/bin/tool': 'new', leak: '->/etc/passwd', up: '->../../../../etc/hostname' },
  );
  assert.equal(await contentsOf(await tree.select({ sources: ['/usr/bin/tool'] })), { '.': 'new' });
  assert.equal(await contentsOf(await tree.select({ sources: ['/leak'] })), { '.': 'image' });
  assert.equal(await selected(tree, { sources: ['/lib'] }), ['lib/: ./ x']);
  assert.equal(await selected(tree, { sources: ['/usr/bin/*', 'lib/x'] }), ['usr/bin/tool: .', 'lib/x: .']); // prettier-ignore
  assert.is(await failureOf(tree.select({ sources: ['up'] })), 'SOURCE_NOT_FOUND: stat up: file does not exist'); // prettier-ignore
  assert.is(await failureOf(tree.select({ sources: ['/nosuch'] })), 'SOURCE_NOT_FOUND: stat nosuch: file does not exist'); // prettier-ignore
});

asRoot('owners, set-id bits, attributes and second names count', async () => {
  await using place = await contextOf({});
  const digestOf = async (change?: (root: string) => Promise<unknown>): Promise<string> => {
    await rm(join(place.outside, 'layer0'), { recursive: true, force: true });
    await using tree = await treeOf(place, { a: 'same', b: 'same' });
    await change?.(join(place.outside, 'layer0'));
    return (await tree.select({ sources: ['.'] })).digest;
  };
  const digests = [
    await digestOf(),
    await digestOf((root) => chown(join(root, 'a'), 5, 0)),
    await digestOf((root) => chown(join(root, 'a'), 0, 5)),
    await digestOf((root) => chmod(join(root, 'a'), 0o4644)),
    await digestOf((root) => run(['setfattr', '-n', 'user.x', '-v', '1', join(root, 'a')])),
    await digestOf(async (root) => {
      await rm(join(root, 'b'));
      await link(join(root, 'a'), join(root, 'b'));
    }),
  ];
  assert.is(new Set(digests).size, digests.length);
  assert.is(await digestOf(), digests[0]);
});

test('several are selected at once', async () => {
  await using place = await contextOf({});
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [`d${at % 5}/f${at}`, `c${at}`]),
  );
  await using tree = await treeOf(place, files);
  const selections = await Promise.all(
    ['.', 'd1', 'd*', 'd2/f7', '.'].map((source) => tree.select({ sources: [source] })),
  );
  assert.is(selections[0]?.digest, selections[4]?.digest);
  const contents = await Promise.all(selections.map(contentsOf));
  assert.equal(contents[0], files);
  assert.equal(contents[3], { '.': 'c7' });
});

test('second names of a file are one file', async () => {
  await using place = await contextOf({});
  await using tree = await treeOf(place, { a: 'linked' });
  await link(join(place.outside, 'layer0', 'a'), join(place.outside, 'layer0', 'b'));
  const selection = await tree.select({ sources: ['.'] });
  assert.equal(await contentsOf(selection), { a: 'linked', b: 'linked' });
  const [, a, b] = selection.matches[0]?.entries ?? [];
  assert.equal(
    [a?.entry.inode === b?.entry.inode, a?.entry.links, a?.digest],
    [true, 2, b?.digest],
  );
});

test('a file that changes while it is read is noticed', async () => {
  await using place = await contextOf({ log: 'x'.repeat(20_000_000) });
  const path = join(place.path, 'log');
  const writer = spawn('sh', ['-c', `while :; do echo line >> '${path}'; done`]);
  try {
    while ((await stat(path)).size === 20_000_000) await sleep(5);
    await using context = await place.open();
    const failure = await failureOf(context.select({ sources: ['log'] }));
    assert.is(failure, 'CONTEXT_INVALID: "log" changed while it was read');
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  }
});

test('a selection that is given up, and one of a tree whose helper is gone', async () => {
  await using place = await contextOf({ f: 'x' });
  const controller = new AbortController();
  const context = await place.open({ signal: controller.signal });
  controller.abort(new Error('enough'));
  try {
    await context.select({ sources: ['f'] });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'enough');
  }
  await context[Symbol.asyncDispose]();
});

asUnprivileged('a normal user reads a context; what is forbidden is named', async () => {
  await using home = await userDirectory();
  const path = join(home.path, 'context');
  const cache = join(home.path, 'cache');
  await makeFiles(path, { f: 'x', 'd/g': 'y' });
  const program = fileURLToPath(new URL('data/select-all.ts', import.meta.url));
  const command = [
    process.execPath,
    ...process.execArgv,
    program,
    path,
    cache,
    'contents',
  ] as const;
  const first = await asUser(command, { home: home.path, cwd: process.cwd() });
  assert.equal([first.code, first.stderr], [0, '']);
  await chmod(join(path, 'f'), 0o600);
  await chown(join(path, 'f'), 0, 0);
  const { code, stderr } = await asUser(command, { home: home.path, cwd: process.cwd() });
  assert.equal([code, /no permission to read from "f"/.test(stderr)], [1, true]);
});

test('a tree that is not there', async () => {
  await using place = await contextOf({});
  await using tree = openTreeSource(layersTree([join(place.outside, 'absent')]), { cacheDirectory: place.cacheDirectory }); // prettier-ignore
  const failure = await failureOf(tree.select({ sources: ['.'] }));
  assert.match(failure, /^CONTEXT_INVALID: path ".*absent" not found$/);
});

test('nothing is kept on disk of what is small', async () => {
  await using place = await contextOf({});
  await using tree = await treeOf(place, { small: 'x' });
  await tree.select({ sources: ['.'] });
  assert.equal(readdirSync(join(place.outside)), ['layer0']);
  await writeFile(join(place.outside, 'layer0', 'large'), 'x'.repeat(300_000));
  await using other = openTreeSource(layersTree([join(place.outside, 'layer0')]), { cacheDirectory: place.cacheDirectory }); // prettier-ignore
  await other.select({ sources: ['.'] });
  assert.is(readdirSync(join(place.cacheDirectory, 'spool')).length, 1);
});

test.run();
