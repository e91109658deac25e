import { verifyStream } from '@ctrkit/layout';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chunksOf, codeOf, collect, identityOf, noise, piecesOf } from './helpers.ts';

const bytes = noise(100_000);
const blob = identityOf(bytes);

test('the right bytes pass, without being copied', async () => {
  assert.ok((await collect(verifyStream(blob)(piecesOf(bytes, 777)))).equals(bytes));
  const plain = new Uint8Array(bytes);
  for await (const chunk of verifyStream(blob)(chunksOf(plain))) {
    assert.is(chunk.buffer, plain.buffer);
    assert.ok(Buffer.isBuffer(chunk));
  }
});

test('other bytes fail at the end, and not before', async () => {
  const seen: number[] = [];
  const wrong = verifyStream({ ...blob, digest: identityOf(noise(1)).digest })(
    piecesOf(bytes, 50_000),
  );
  const reading = (async () => {
    for await (const chunk of wrong) seen.push(chunk.length);
  })();
  assert.is(await codeOf(reading), 'DIGEST_MISMATCH');
  assert.equal(seen, [50_000, 50_000]);
});

test('no byte too many passes', async () => {
  const passed: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of verifyStream(blob)(chunksOf(bytes, Buffer.alloc(1))))
      passed.push(chunk);
  })();
  assert.is(await codeOf(reading), 'SIZE_MISMATCH');
  assert.is(Buffer.concat(passed).length, 100_000);
});

test('too few fail', async () => {
  assert.is(
    await codeOf(collect(verifyStream(blob)(chunksOf(bytes.subarray(1))))),
    'SIZE_MISMATCH',
  );
  assert.is(await codeOf(collect(verifyStream(blob)(chunksOf()))), 'SIZE_MISMATCH');
});

test('sha512 is verified as well', async () => {
  const long = identityOf(bytes, 'sha512');
  assert.ok((await collect(verifyStream(long)(chunksOf(bytes)))).equals(bytes));
  const other = { ...long, digest: identityOf(noise(1), 'sha512').digest };
  assert.is(await codeOf(collect(verifyStream(other)(chunksOf(bytes)))), 'DIGEST_MISMATCH');
});

test.run();
