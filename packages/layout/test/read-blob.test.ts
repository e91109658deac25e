import { appendFile, chmod, truncate, writeFile } from 'node:fs/promises';
import { blobPath, readBlob, readSmallBlob, writeBlob } from '@ctrkit/layout';
import { run, temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chunksOf, codeOf, collect, emptyLayout, identityOf, noise } from './helpers.ts';

for (const size of [0, 1, 524_287, 524_288, 524_289, 2_000_000]) {
  test(`${size} bytes come out as they went in`, async () => {
    await using directory = await temporaryDirectory();
    const layout = await emptyLayout(directory.path);
    const bytes = noise(size);
    const blob = await writeBlob(layout, undefined, chunksOf(bytes));
    assert.ok((await collect(readBlob(layout, blob))).equals(bytes));
    assert.ok((await readSmallBlob(layout, blob)).equals(bytes));
  });
}

test('chunks stay as they were while more is read', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(3_000_000);
  const blob = await writeBlob(layout, undefined, chunksOf(bytes));
  const kept: Buffer[] = [];
  for await (const chunk of readBlob(layout, blob)) kept.push(chunk);
  assert.ok(kept.length > 2);
  assert.ok(Buffer.concat(kept).equals(bytes));
});

test('damage on disk is found: a flipped bit at the end, another length before the first byte', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(1_500_000);
  const blob = await writeBlob(layout, undefined, chunksOf(bytes));
  const path = blobPath(layout, blob.digest);
  const flipped = Buffer.from(bytes);
  flipped[1_499_999] = (flipped[1_499_999] ?? 0) ^ 0x80;
  await writeFile(path, flipped);
  assert.is(await codeOf(collect(readBlob(layout, blob))), 'DIGEST_MISMATCH');
  await truncate(path, 1_000_000);
  assert.is(await codeOf(readBlob(layout, blob).next()), 'SIZE_MISMATCH');
  await writeFile(path, bytes);
  await appendFile(path, 'x');
  assert.is(await codeOf(readBlob(layout, blob).next()), 'SIZE_MISMATCH');
});

test('a file that shrinks or grows while it is read is not taken for the blob', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const bytes = noise(5_000_000);
  const blob = await writeBlob(layout, undefined, chunksOf(bytes));
  const path = blobPath(layout, blob.digest);
  const shrinking = readBlob(layout, blob);
  await shrinking.next();
  await truncate(path, 2_000_000);
  assert.is(await codeOf(collect(shrinking)), 'SIZE_MISMATCH');
  await writeFile(path, bytes);
  const growing = readBlob(layout, blob);
  await growing.next();
  await appendFile(path, 'x'.repeat(10_000_000));
  assert.is(await codeOf(collect(growing)), 'SIZE_MISMATCH');
});

test('one that is not there is not found', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  assert.is(await codeOf(collect(readBlob(layout, identityOf(noise(1))))), 'BLOB_NOT_FOUND');
  const sha512 = identityOf(noise(1), 'sha512');
  assert.is(await codeOf(readSmallBlob(layout, sha512)), 'BLOB_NOT_FOUND');
});

test('trusted: its size counts, its bytes do not', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const blob = await writeBlob(layout, undefined, chunksOf(noise(100)));
  const path = blobPath(layout, blob.digest);
  await chmod(path, 0o600);
  await writeFile(path, noise(100, 'other'));
  assert.is(await codeOf(readSmallBlob(layout, blob)), 'DIGEST_MISMATCH');
  assert.equal(await readSmallBlob(layout, blob, { trusted: true }), noise(100, 'other'));
  await writeFile(path, noise(99));
  assert.is(await codeOf(readSmallBlob(layout, blob, { trusted: true })), 'SIZE_MISMATCH');
});

test('more than the cap is not read into memory', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const blob = await writeBlob(layout, undefined, chunksOf(noise(5 * 1024 * 1024)));
  assert.is(await codeOf(readSmallBlob(layout, blob)), 'BLOB_TOO_LARGE');
  assert.is((await readSmallBlob(layout, blob, { maxBytes: blob.size })).length, blob.size);
});

test('a named pipe in place of a blob does not stop us', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const blob = identityOf(noise(10));
  assert.is((await run(['mkfifo', blobPath(layout, blob.digest)])).code, 0);
  assert.is(await codeOf(collect(readBlob(layout, blob))), 'LAYOUT_INVALID');
});

test('leaving early closes the file', async () => {
  await using directory = await temporaryDirectory();
  const layout = await emptyLayout(directory.path);
  const blob = await writeBlob(layout, undefined, chunksOf(noise(2_000_000)));
  const before = process.getActiveResourcesInfo().length;
  for (let n = 0; n < 50; n += 1) {
    for await (const chunk of readBlob(layout, blob)) {
      assert.ok(chunk.length > 0);
      break;
    }
  }
  assert.ok(process.getActiveResourcesInfo().length <= before + 1);
});

test.run();
