import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run, tarOf, temporaryDirectory, writeEntries } from '@ctrkit/testing';
import type { TarEntry } from '@ctrkit/testing';

const entries: TarEntry[] = [
  { path: 'dir', type: 'Directory', mode: 0o1777 },
  { path: 'dir/file', type: 'File', mode: 0o640, uid: 7, gid: 8, content: 'hello\n' },
  { path: 'dir/hard', type: 'Link', linkpath: 'dir/file' },
  { path: 'dir/soft', type: 'SymbolicLink', linkpath: '../x' },
];

test('GNU tar reads what is written', async () => {
  const { code, stdout } = await run(['tar', '--numeric-owner', '--utc', '-tvf', '-'], {
    input: tarOf(entries),
  });
  assert.is(code, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.is(lines.length, 4);
  assert.match(lines[0] ?? '', /^drwxrwxrwt 0\/0 +0 1970-01-01 00:00 dir\/?$/);
  assert.match(lines[1] ?? '', /^-rw-r----- 7\/8 +6 1970-01-01 00:00 dir\/file$/);
  assert.match(lines[2] ?? '', /^h.* link to dir\/file$/);
  assert.match(lines[3] ?? '', /^l.*dir\/soft -> \.\.\/x$/);
});

test('equal entries give equal bytes', () => {
  assert.ok(tarOf(entries).equals(tarOf(entries)));
});

test('a name that does not fit is an error, not another name', () => {
  assert.throws(() => tarOf([{ path: 'x'.repeat(300), type: 'File' }]), /does not fit/);
});

test('entries become files', async () => {
  await using directory = await temporaryDirectory();
  await writeEntries(directory.path, entries);
  assert.equal((await readdir(join(directory.path, 'dir'))).toSorted(), ['file', 'hard', 'soft']);
  assert.is(await readFile(join(directory.path, 'dir/hard'), 'utf8'), 'hello\n');
  assert.is((await stat(join(directory.path, 'dir'))).mode & 0o7777, 0o1777);
  assert.is((await stat(join(directory.path, 'dir/file'))).nlink, 2);
});

test.run();
