import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Helper } from '@ctrkit/syscalls';
import type { Report } from '@ctrkit/syscalls';
import { run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from './plan-helpers.ts';

const LIMIT = 1000;

type FileReport = Extract<Report, { event: 'file' }>;

/** What `read` answers for each path of a root: the bytes, or the errno. */
async function readAll(root: string, ...paths: readonly string[]): Promise<(Buffer | string)[]> {
  const helper = new Helper('launch');
  const reads = paths.map((path) => ({ op: 'read', path, limit: LIMIT }) as const);
  await helper.write({ op: 'root', path: root }, ...reads);
  helper.end();
  const answers = paths.map((path) =>
    helper.report(
      (report): report is FileReport => report.event === 'file' && report.path === path,
    ),
  );
  const files = await Promise.all(answers);
  // It went on after every read, and ended for want of a program.
  assert.is(await failureOf(helper.wait()), 'end ECANCELED');
  return files.map((file) =>
    file === undefined ? 'none' : 'bytes' in file ? file.bytes : file.errno,
  );
}

test('answers with the bytes, whatever they are', async () => {
  await using root = await temporaryDirectory();
  for (const size of [0, 1, 2, 3, 767, 768, 769, LIMIT]) {
    const content = Buffer.from(Array.from({ length: size }, (_, index) => (index * 7) & 0xff));
    await writeFile(join(root.path, 'f'), content);
    const [answer] = await readAll(root.path, '/f');
    assert.ok(Buffer.isBuffer(answer) && answer.equals(content), `${size} bytes`);
  }
});

test('what is absent, too large or no regular file has an errno, and none holds the helper up', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'large'), Buffer.alloc(LIMIT + 1));
  await run(['mkfifo', join(root.path, 'fifo')]);
  await mkdir(join(root.path, 'directory'));
  const answers = await readAll(root.path, '/absent', '/a/b', '/large', '/fifo', '/directory');
  assert.equal(answers, ['ENOENT', 'ENOENT', 'EFBIG', 'EINVAL', 'EINVAL']);
});

test('a link to a file of the host leads to that path of the root', async () => {
  await using base = await temporaryDirectory();
  const root = join(base.path, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  await writeFile(join(root, 'etc/passwd'), 'inside');
  await writeFile(join(base.path, 'secret'), 'outside');
  await symlink('/etc/passwd', join(root, 'absolute'));
  await symlink('../../../../etc/passwd', join(root, 'above'));
  await symlink('../secret', join(root, 'beside'));
  await symlink('loop', join(root, 'loop'));
  const [absolute, above, beside, loop, dots] = await readAll(
    ...([root, '/absolute', '/above', '/beside', '/loop', '/../secret'] as const),
  );
  assert.is(String(absolute), 'inside');
  assert.is(String(above), 'inside');
  assert.equal([beside, loop, dots], ['ENOENT', 'ELOOP', 'ENOENT']);
});

test('a magic link of /proc leads nowhere', async () => {
  const [answer] = await readAll('/', '/proc/self/root/etc/passwd');
  assert.is(answer, 'ELOOP');
});

test('names that JSON must escape', async () => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'a"b\\c'), 'x');
  const [there, absent] = await readAll(root.path, '/a"b\\c', '/no "such\\file');
  assert.is(String(there), 'x');
  assert.is(absent, 'ENOENT');
});

test.run();
