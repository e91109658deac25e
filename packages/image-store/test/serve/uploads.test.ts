import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '@ctrkit/oci';
import { createPushLease } from '../../src/serve/push-lease.ts';
import { createUploads } from '../../src/serve/uploads.ts';
import { blobsOf, codeOf, leftovers, testStore } from '../support.ts';

test('pieces of every size make the same blob', async () => {
  await using on = await testStore();
  const uploads = createUploads(on.store.layout);
  const bytes = randomBytes(2_500_000);
  for (const size of [999, 65_536, 1_048_576, 3_000_000]) {
    const upload = await uploads.start('a');
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    await uploads.append(upload, Readable.from(pieces));
    assert.is(upload.size, bytes.length);
    await uploads.finish(upload, digestOf(bytes));
  }
  assert.equal(await blobsOf(on.root), [digestOf(bytes)]);
  assert.equal(await leftovers(on.root), []);
});

async function* broken(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(1_500_000);
  await sleep(1);
  yield Buffer.alloc(7);
  throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
}

test('a source that breaks off leaves what came before', async () => {
  await using on = await testStore();
  const uploads = createUploads(on.store.layout);
  const upload = await uploads.start('a');
  assert.is(await codeOf(uploads.append(upload, broken())), 'ECONNRESET');
  assert.is(upload.size, 1_500_007);
  await uploads.append(upload, Readable.from([Buffer.from('x')]));
  const whole = Buffer.concat([Buffer.alloc(1_500_007), Buffer.from('x')]);
  await uploads.finish(upload, digestOf(whole));
  assert.equal(await blobsOf(on.root), [digestOf(whole)]);
});

test('one too many is refused, and a given up one makes room', async () => {
  await using on = await testStore();
  const uploads = createUploads(on.store.layout, { most: 2, idleMs: 60_000 });
  const first = await uploads.start('a');
  await uploads.start('a');
  assert.is(await codeOf(uploads.start('a')), 'TOOMANYREQUESTS');
  await uploads.cancel(first);
  await uploads.start('a');
  await uploads.cancelAll();
  assert.equal(await leftovers(on.root), []);
});

test('an upload that nobody continues is given up', async () => {
  await using on = await testStore();
  const uploads = createUploads(on.store.layout, { most: 2, idleMs: 100 });
  const upload = await uploads.start('a');
  await uploads.append(upload, Readable.from([Buffer.from('x')]));
  for (let tries = 0; (await leftovers(on.root)).length > 0 && tries < 100; tries++) {
    await sleep(20);
  }
  assert.equal(await leftovers(on.root), []);
  assert.throws(() => uploads.find('a', upload.id));
});

test('a directory that vanished is an error of the upload, not of the process', async () => {
  await using on = await testStore();
  const uploads = createUploads(on.store.layout);
  const upload = await uploads.start('a');
  await rm(join(on.root, 'ingest'), { recursive: true });
  assert.is(await codeOf(uploads.finish(upload, digestOf(Buffer.alloc(0)))), 'ENOENT');
  assert.equal(await blobsOf(on.root), []);
});

test('the lease of pushes ends some time after the last of them', async () => {
  await using on = await testStore();
  const lease = createPushLease(on.store.layout, 300);
  await Promise.all([lease.hold(), lease.hold()]);
  assert.is((await readdir(join(on.root, 'leases'))).length, 1);
  await sleep(150);
  await lease.hold();
  await sleep(200);
  assert.is((await readdir(join(on.root, 'leases'))).length, 1);
  await sleep(400);
  assert.equal(await leftovers(on.root), []);
  await lease.hold();
  await lease.release();
  await lease.release();
  assert.equal(await leftovers(on.root), []);
});

test.run();
