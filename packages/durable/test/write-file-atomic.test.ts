import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableError, sweepTemporaries, writeFileAtomic } from '@ctrkit/durable';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChild } from './child.ts';
import { rejection } from './rejection.ts';

test('writes text and bytes, with 0600 unless told otherwise, whatever the umask', async () => {
  await using directory = await temporaryDirectory();
  const [text, bytes] = [join(directory.path, 'text'), join(directory.path, 'bytes')];
  const umask = process.umask(0o077);
  try {
    await writeFileAtomic(text, 'hello');
    await writeFileAtomic(bytes, new Uint8Array([0, 255]), { mode: 0o644 });
  } finally {
    process.umask(umask);
  }
  assert.is(await readFile(text, 'utf8'), 'hello');
  assert.equal([...(await readFile(bytes))], [0, 255]);
  assert.is((await stat(text)).mode & 0o7777, 0o600);
  assert.is((await stat(bytes)).mode & 0o7777, 0o644);
  assert.equal((await readdir(directory.path)).toSorted(), ['bytes', 'text']);
});

if (needs('root')) {
  test('an owner is set, and the mode stays exact', async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'file');
    await writeFileAtomic(path, '', { mode: 0o2750, owner: { uid: 1234, gid: 1235 } });
    const { uid, gid, mode } = await stat(path);
    assert.equal([uid, gid, mode & 0o7777], [1234, 1235, 0o2750]);
  });
}

test('replaces a symbolic link instead of writing through it', async () => {
  await using directory = await temporaryDirectory();
  const [target, link] = [join(directory.path, 'target'), join(directory.path, 'link')];
  await writeFile(target, 'precious');
  await symlink(target, link);
  await writeFileAtomic(link, 'new');
  assert.is(await readFile(target, 'utf8'), 'precious');
  assert.is(await readFile(link, 'utf8'), 'new');
});

test('on failure the old file stays and nothing is left beside it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'taken');
  await mkdir(join(path, 'full'), { recursive: true });
  const error = await rejection(writeFileAtomic(path, 'x'));
  assert.is((error as NodeJS.ErrnoException).code, 'EISDIR');
  assert.equal(await readdir(directory.path), ['taken']);
});

test('a missing directory is the ENOENT of the system', async () => {
  await using directory = await temporaryDirectory();
  const error = await rejection(writeFileAtomic(join(directory.path, 'no', 'file'), 'x'));
  assert.is((error as NodeJS.ErrnoException).code, 'ENOENT');
});

test('kill -9 in the middle of writes leaves one of the versions, whole', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'file');
  const size = 3_000_000;
  for (const delay of [0, 3, 7, 12, 20]) {
    const child = startChild('write-for-ever', path, String(size));
    assert.is(await child.line(), 'written');
    await new Promise((resolve) => setTimeout(resolve, delay));
    await child.kill();
    const text = await readFile(path, 'utf8');
    assert.is(text.length, size);
    assert.is(text, (text[0] ?? '').repeat(size));
    await sweepTemporaries(directory.path);
    assert.equal(await readdir(directory.path), ['file']);
  }
});

if (needs('root')) {
  test('a full disk is NO_SPACE, names the file, and leaves the old one', async () => {
    await using directory = await temporaryDirectory();
    const full = join(directory.path, 'full');
    await mkdir(full);
    await mount('-t', 'tmpfs', '-o', 'size=64k', 'full', full);
    try {
      const path = join(full, 'file');
      await writeFileAtomic(path, 'old');
      const error = await rejection(writeFileAtomic(path, Buffer.alloc(1024 * 1024)));
      assert.instance(error, DurableError);
      assert.equal(
        [(error as DurableError).code, (error as DurableError).path],
        ['NO_SPACE', path],
      );
      assert.is(await readFile(path, 'utf8'), 'old');
      assert.equal(await readdir(full), ['file']);
      await mount('-o', 'remount,ro', full);
      const refused = await rejection(writeFileAtomic(path, 'new'));
      assert.is((refused as DurableError).code, 'READ_ONLY');
      assert.is(await readFile(path, 'utf8'), 'old');
    } finally {
      assert.is((await run(['umount', full])).code, 0);
    }
  });
}

async function mount(...parameters: string[]): Promise<void> {
  const { code, stderr } = await run(['mount', ...parameters]);
  assert.is(code, 0, stderr);
}

test.run();
