import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableError, sweepTemporaries, temporaryName } from '@ctrkit/durable';
import {
  adoptBlob,
  blobPath,
  hasBlob,
  openLayout,
  readSmallBlob,
  removeBlob,
  writeBlob,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { parseDigest } from '@ctrkit/oci';
import { needs, run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChild } from './child.ts';
import {
  chunksOf,
  codeOf,
  emptyLayout,
  identityOf,
  noise,
  piecesOf,
  thenSilent,
} from './helpers.ts';
import { rejection } from './rejection.ts';

/** Every blob has the digest of its name, and there is no temporary. */
async function assertSound(layout: Layout, blobs: number): Promise<void> {
  const directory = join(layout.directory, 'blobs', 'sha256');
  const names = await readdir(directory);
  for (const name of names) {
    assert.is(identityOf(await readFile(join(directory, name))).digest, `sha256:${name}`);
  }
  assert.is(names.length, blobs);
  const others = (await readdir(layout.directory)).filter((name) => name.startsWith('.tmp'));
  assert.equal(others, []);
}

for (const algorithm of ['sha256', 'sha512'] as const) {
  test(`a blob of the expected ${algorithm} is there afterwards, whole`, async () => {
    await using directory = await temporaryDirectory();
    const layout = await emptyLayout(directory.path);
    const bytes = noise(3_000_001);
    const expected = identityOf(bytes, algorithm);
    assert.not.ok(await hasBlob(layout, expected));
    assert.equal(await writeBlob(layout, expected, piecesOf(bytes, 65_521)), expected);
    assert.ok(await hasBlob(layout, expected));
    assert.equal(await readFile(blobPath(layout, expected.digest)), bytes);
    assert.match(blobPath(layout, expected.digest), new RegExp(`/blobs/${algorithm}/[0-9a-f]+$`));
  });
}

test('without an expectation it is named by its sha256', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = Buffer.from('hello');
  assert.equal(await writeBlob(layout, undefined, chunksOf(bytes)), identityOf(bytes));
  assert.equal(await writeBlob(layout, undefined, chunksOf()), identityOf(Buffer.alloc(0)));
  await assertSound(layout, 2);
});

test('chunks of any size come out in order: single bytes, and far more than is held back', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(300_000);
  await writeBlob(layout, identityOf(bytes), piecesOf(bytes, 1));
  const large = noise(20_000_000, 'large');
  await writeBlob(layout, identityOf(large), piecesOf(large, 9_000_000));
  await assertSound(layout, 2);
});

test('wrong bytes leave nothing: other ones, too few, too many, another digest', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(100_000);
  const expected = identityOf(bytes);
  const flipped = Buffer.from(bytes);
  flipped[77_777] = (flipped[77_777] ?? 0) ^ 1;
  const write = (source: AsyncIterable<Uint8Array>): Promise<string> =>
    codeOf(writeBlob(layout, expected, source));
  assert.is(await write(chunksOf(flipped)), 'DIGEST_MISMATCH');
  assert.is(await write(chunksOf(bytes.subarray(1))), 'SIZE_MISMATCH');
  assert.is(await write(chunksOf(bytes, Buffer.alloc(1))), 'SIZE_MISMATCH');
  assert.is(await write(chunksOf()), 'SIZE_MISMATCH');
  await assertSound(layout, 0);
});

test('a source that never ends is left at the first byte too many', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  let closed = false;
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield Buffer.alloc(65_536);
    } finally {
      closed = true;
    }
  }
  const expected = { digest: identityOf(Buffer.alloc(1)).digest, size: 1_000_000 };
  assert.is(await codeOf(writeBlob(layout, expected, endless())), 'SIZE_MISMATCH');
  assert.ok(closed);
  await assertSound(layout, 0);
});

test('an error of the source comes through as it is and leaves nothing', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const failure = new Error('connection reset');
  async function* failing(): AsyncGenerator<Buffer> {
    yield noise(1_000_000);
    throw failure;
  }
  assert.is(await rejection(writeBlob(layout, undefined, failing())), failure);
  await assertSound(layout, 0);
});

test('a signal ends it, even while the source is silent', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const stop = new AbortController();
  const writing = rejection(
    writeBlob(layout, undefined, thenSilent(noise(1000)), { signal: stop.signal }),
  );
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 20);
  assert.is(await writing, reason);
  await assertSound(layout, 0);
});

test('writing again repairs a damaged blob, and disturbs nobody who reads', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(10_000);
  const blob = await writeBlob(layout, undefined, chunksOf(bytes));
  await writeFile(blobPath(layout, blob.digest), Buffer.alloc(10_000));
  const reader = await open(blobPath(layout, blob.digest));
  await writeBlob(layout, blob, chunksOf(bytes));
  assert.equal(await reader.readFile(), Buffer.alloc(10_000));
  await reader.close();
  assert.equal(await readSmallBlob(layout, blob), bytes);
});

test('the same blob by many at once', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(1_000_000);
  const all = [1, 2, 3, 4].map(() => writeBlob(layout, identityOf(bytes), piecesOf(bytes, 50_000)));
  await Promise.all(all);
  await assertSound(layout, 1);
});

test('a blob of another size, a directory or a dangling link in its place is not there', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const blob = await writeBlob(layout, undefined, chunksOf(Buffer.from('hello')));
  assert.not.ok(await hasBlob(layout, { ...blob, size: 4 }));
  await removeBlob(layout, blob.digest);
  assert.not.ok(await hasBlob(layout, blob));
  await removeBlob(layout, blob.digest);
  await mkdir(blobPath(layout, blob.digest));
  assert.not.ok(await hasBlob(layout, { ...blob, size: 4096 }));
  await rm(blobPath(layout, blob.digest), { recursive: true });
  await symlink('nowhere', blobPath(layout, blob.digest));
  assert.not.ok(await hasBlob(layout, blob));
});

test('a file that was downloaded elsewhere is adopted when it is right, else left alone', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(2_000_000);
  const blob = identityOf(bytes);
  const file = join(directory.path, 'partial');
  await writeFile(file, bytes.subarray(0, 1_999_999));
  assert.is(await codeOf(adoptBlob(layout, file, blob)), 'SIZE_MISMATCH');
  await writeFile(file, Buffer.alloc(2_000_000));
  assert.is(await codeOf(adoptBlob(layout, file, blob)), 'DIGEST_MISMATCH');
  await assertSound(layout, 0);
  await writeFile(file, bytes);
  await adoptBlob(layout, file, blob);
  assert.equal(await readSmallBlob(layout, blob), bytes);
  assert.not.ok((await readdir(directory.path)).includes('partial'));
  await writeFile(file, bytes);
  await adoptBlob(layout, file, blob, { verified: true });
  await assertSound(layout, 1);
});

test('kill -9 in the middle of a blob leaves only whole ones and what can be swept', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'layout');
  const said: string[] = [];
  for (const delay of [5, 15, 30, 45]) {
    const child = startChild('write-blobs', path, '8000000');
    said.push((await child.line()) ?? '');
    await new Promise((resolve) => setTimeout(resolve, delay));
    await child.kill();
  }
  const layout = await openLayout(path, { create: true });
  const names = await readdir(join(path, 'blobs', 'sha256'));
  await assertSound(layout, names.length);
  for (const digest of said)
    assert.ok(await hasBlob(layout, { digest: parseDigest(digest), size: 8_000_000 }));
});

test("after a power cut: a truncated blob under a temporary name is nobody's blob", async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(100_000);
  const left = temporaryName(join(layout.directory, 'blob')).replace(/-[0-9a-f]{8}-/, '-00000000-');
  await writeFile(left, bytes.subarray(0, 4096));
  assert.not.ok(await hasBlob(layout, identityOf(bytes)));
  await writeBlob(layout, identityOf(bytes), chunksOf(bytes));
  assert.is(await sweepTemporaries(layout.directory), 1);
  await assertSound(layout, 1);
});

if (needs('root')) {
  test('a full disk is NO_SPACE and leaves nothing', async () => {
    await using directory = await temporaryDirectory();
    const full = join(directory.path, 'full');
    await mkdir(full);
    assert.is((await run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'full', full])).code, 0);
    try {
      const layout = await emptyLayout(full);
      const error = await rejection(
        writeBlob(layout, undefined, piecesOf(noise(9_000_000), 65_536)),
      );
      assert.instance(error, DurableError);
      assert.is((error as DurableError).code, 'NO_SPACE');
      await assertSound(layout, 0);
    } finally {
      assert.is((await run(['umount', full])).code, 0);
    }
  });
}

test.run();
