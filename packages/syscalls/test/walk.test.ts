import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneFlags, SyscallsError, walkTree } from '@ctrkit/syscalls';
import type { WalkEntry, WalkRecord, WalkSelection } from '@ctrkit/syscalls';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, directory, file, tree, when } from './plan-helpers.ts';

const asRoot = when(needs('root'));
const withOverlay = when(needs('overlay'));

async function walk(root: string, ...selections: WalkSelection[]): Promise<WalkRecord[]> {
  return await collect(walkTree([{ op: 'root', path: root }], selections));
}

const paths = (records: readonly WalkRecord[]): string[] =>
  records.flatMap((record) => (record.kind === 'entry' ? [record.path.toString('latin1')] : []));

const contents = (records: readonly WalkRecord[]): string =>
  records.map((record) => (record.kind === 'data' ? record.content.toString() : '')).join('');

test('names come sorted by their bytes, parents before children', async () => {
  await using root = await temporaryDirectory();
  for (const name of ['b', 'a', 'B', 'é', 'a.d', 'a-d']) await mkdir(join(root.path, name));
  await writeFile(join(root.path, 'a', 'z'), '');
  await writeFile(join(root.path, 'a', 'y'), '');
  const é = Buffer.from('é').toString('latin1');
  const expected = ['.', 'B', 'a', 'a/y', 'a/z', 'a-d', 'a.d', 'b', é];
  assert.equal(paths(await walk(root.path, {})), expected);
});

test('depth, and where to begin', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'a', 'b', 'c'), { recursive: true });
  assert.equal(paths(await walk(root.path, { depth: 0 })), ['.']);
  assert.equal(paths(await walk(root.path, { depth: 1 })), ['.', 'a']);
  assert.equal(paths(await walk(root.path, { path: '/a/b' })), ['a/b', 'a/b/c']);
  assert.equal(paths(await walk(root.path, { path: 'a', depth: 0 }, { path: 'a/b', depth: 0 })), [
    'a',
    'a/b',
  ]);
});

test('contents follow their file, up to the size that is wanted', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'large'), 'x'.repeat(300_000));
  await writeFile(join(root.path, 'small'), 'hello');
  const records = await walk(root.path, { contents: 10 });
  assert.is(contents(records), 'hello');
  assert.is(
    records.findIndex((record) => record.kind === 'data'),
    records.length - 1,
  );
  assert.is(contents(await walk(root.path, { contents: 300_000 })).length, 300_005);
  assert.is(contents(await walk(root.path, {})), '');
});

test('holes are told and not sent', async () => {
  await using root = await temporaryDirectory();
  const made = await run(['truncate', '-s', '64M', join(root.path, 'f')]);
  assert.is(made.code, 0);
  const [, entry, ...data] = await walk(root.path, { contents: 1 << 30 });
  assert.equal([(entry as WalkEntry).size, (entry as WalkEntry).segments], [64 << 20, []]);
  assert.equal(data, []);
});

test('links in the path are followed inside the root only, and only when asked', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'root', 'etc'), { recursive: true });
  await writeFile(join(root.path, 'secret'), 'outside');
  await writeFile(join(root.path, 'root', 'real'), 'inside');
  await symlink('/real', join(root.path, 'root', 'etc', 'inside'));
  await symlink('../../secret', join(root.path, 'root', 'etc', 'outside'));
  const inner = join(root.path, 'root');
  const follow = { contents: 100, follow: true, optional: true };
  assert.is(contents(await walk(inner, { path: '/etc/inside', ...follow })), 'inside');
  assert.is(contents(await walk(inner, { path: '/etc/outside', ...follow })), '');
  const [link] = await walk(inner, { path: 'etc/inside', contents: 100 });
  assert.is((link as WalkEntry).type, 'symlink');
});

test('no path leads above the root, asked for or not', async () => {
  await using root = await temporaryDirectory();
  await mkdir(join(root.path, 'root'));
  await writeFile(join(root.path, 'secret'), 'outside');
  for (const path of ['../secret', '..', 'x/../../secret']) {
    for (const optional of [false, true]) {
      const found = await walk(join(root.path, 'root'), { path, optional }).catch(() => []);
      assert.equal(found, [], path);
    }
  }
});

test('an absent path fails by errno, or yields nothing where it is optional', async () => {
  await using root = await temporaryDirectory();
  assert.equal(await walk(root.path, { path: 'no/such', optional: true }), []);
  const error = await walk(root.path, { path: 'no/such' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, SyscallsError);
  assert.equal(
    [(error as SyscallsError).code, (error as SyscallsError).failure?.errno],
    ['HELPER_FAILED', 'ENOENT'],
  );
});

test('what comes and goes meanwhile is listed or not, and is no failure', async () => {
  await using root = await temporaryDirectory();
  const churn = `const { rmSync, writeFileSync } = require('node:fs');
    for (;;) { writeFileSync(process.argv[1], ''); rmSync(process.argv[1]); }`;
  const churning = ['a', 'b'].map((name) => spawn(process.execPath, ['-e', churn, join(root.path, name)])); // prettier-ignore
  try {
    // Some of these looks meet the moment between the look at a name and the opening of its file.
    for (let n = 0; n < 50; n++)
      await walk(root.path, ...Array.from({ length: 100 }, (): WalkSelection => ({})));
  } finally {
    for (const child of churning) child.kill('SIGKILL');
    await Promise.all(churning.map((child) => once(child, 'exit')));
  }
});

test('a FIFO is listed without waiting for its writer', async () => {
  await using root = await temporaryDirectory();
  await run(['mkfifo', join(root.path, 'p')]);
  const records = await walk(root.path, { contents: 100 });
  assert.equal(
    records.map((record) => record.kind === 'entry' && record.type),
    ['directory', 'fifo'],
  );
  const direct = await walk(root.path, { path: 'p', contents: 100, follow: true });
  assert.is((direct[0] as WalkEntry).type, 'fifo');
});

asRoot('another mount is listed and not entered', async () => {
  await using root = await temporaryDirectory();
  const place = join(root.path, 'm');
  await mkdir(place);
  await run(['mount', '-t', 'tmpfs', 'test', place]);
  try {
    await writeFile(join(place, 'f'), '');
    assert.equal(paths(await walk(root.path, {})), ['.', 'm']);
  } finally {
    await run(['umount', place]);
  }
});

withOverlay('an overlay that the plan mounts, and nobody else sees', async () => {
  await using base = await temporaryDirectory();
  await tree(base.path, directory('a'), directory('b'), file('a/one', '1'), file('a/two', '2'));
  await tree(join(base.path, 'b'), { op: 'make-whiteout', path: 'one' }, file('three', '3'));
  const before = [
    { op: 'unshare', flags: cloneFlags.mount },
    { op: 'private-mounts' },
    {
      op: 'root-overlay-by-name',
      lowers: [join(base.path, 'b'), join(base.path, 'a')],
      upper: '',
      work: '',
      options: [],
      attributes: 1,
    },
    { op: 'attach-root' },
  ] as const;
  const records = await collect(walkTree(before, { contents: 10 }));
  assert.equal(paths(records), ['.', 'three', 'two']);
  assert.is(contents(records), '32');
  const { stdout } = await run(['cat', '/proc/self/mountinfo']);
  assert.not.match(stdout, base.path);
});

test('as many selections as one likes: they are read while they are written', async () => {
  await using root = await temporaryDirectory();
  const name = 'n'.repeat(200);
  await writeFile(join(root.path, name), '');
  const selections = Array.from({ length: 20_000 }, () => ({ path: name, depth: 0 }));
  let count = 0;
  for await (const record of walkTree([{ op: 'root', path: root.path }], selections)) {
    if (record.kind === 'entry') count += 1;
  }
  assert.is(count, 20_000);
});

test('a reader that stops leaves no helper', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'f'), 'x'.repeat(4 << 20));
  for await (const record of walkTree([{ op: 'root', path: root.path }], { contents: 1 << 30 })) {
    if (record.kind === 'data') break;
  }
  const children = async (): Promise<string> =>
    (await run(['ps', '-o', 'comm=', '--ppid', String(process.pid)])).stdout;
  // It was killed, and dies in its own time.
  for (let tries = 0; tries < 500 && /ctr-helper/.test(await children()); tries++) await sleep(20);
  assert.not.match(await children(), /ctr-helper/);
});

test('an abort ends the walk', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'f'), 'x'.repeat(4 << 20));
  const controller = new AbortController();
  const { signal } = controller;
  const walking = walkTree([{ op: 'root', path: root.path }], { contents: 1 << 30 }, { signal });
  const seen = async (): Promise<void> => {
    for await (const record of walking) if (record.kind === 'data') controller.abort();
  };
  const error = await seen().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.is((error as Error).name, 'AbortError');
});

test('a directory that is exchanged for a link meanwhile fails no walk, and leads nowhere', async () => {
  await using base = await temporaryDirectory();
  const [root, outside] = [join(base.path, 'root'), join(base.path, 'outside')];
  await mkdir(join(root, 'd'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(root, 'd/inside'), '');
  await writeFile(join(outside, 'secret'), '');
  await symlink(outside, join(root, 'l'));
  // renameat2(2) with RENAME_EXCHANGE: at no moment is there nothing.
  const exchange = process.arch === 'arm64' ? 276 : 316;
  const flip = `my ($d, $l) = ("d", "l"); while (1) { syscall(${exchange}, -100, $d, -100, $l, 2) }`;
  const flipping = spawn('perl', ['-e', flip], { cwd: root, stdio: 'ignore' });
  try {
    for (let times = 0; times < 300; times++) {
      const seen = paths(await walk(root, {}));
      assert.not(
        seen.some((path) => path.endsWith('secret')),
        seen.join(),
      );
    }
  } finally {
    flipping.kill('SIGKILL');
    await once(flipping, 'exit');
  }
});

test.run();
