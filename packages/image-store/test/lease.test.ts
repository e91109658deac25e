import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { selfIdentity } from '@ctrkit/durable';
import { parseDigest } from '@ctrkit/oci';
import { acquireGarbageLock, readLeases, takeLease } from '../src/lease.ts';
import { codeOf, testStore } from './support.ts';

const a = parseDigest(`sha256:${'a'.repeat(64)}`);
const b = parseDigest(`sha256:${'b'.repeat(64)}`);

test('leases add up, and end when released', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  const one = await takeLease(layout, [a]);
  const two = await takeLease(layout, []);
  await two.add([b]);
  assert.equal([...(await readLeases(layout)).digests].toSorted(), [a, b]);
  await one.release();
  await one.release();
  assert.equal([...(await readLeases(layout)).digests], [b]);
  {
    await using _ = await takeLease(layout, 'everything');
    assert.is((await readLeases(layout)).everything, true);
  }
  assert.is((await readLeases(layout)).everything, false);
});

test('a lease of a process that is gone is forgotten', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  await using _ = await takeLease(layout, [a]);
  const self = selfIdentity();
  const gone = [
    { ...self, bootId: '00000000-0000-0000-0000-000000000000' },
    { ...self, startTime: '1' },
    { ...self, pid: 2 ** 22 + 1 },
  ];
  for (const [number, owner] of gone.entries()) {
    const text = JSON.stringify({ owner, scope: 'everything' });
    await writeFile(join(on.root, 'leases', `${number}.json`), text);
  }
  const leased = await readLeases(layout);
  assert.is(leased.everything, false);
  assert.equal([...leased.digests], [a]);
  assert.is((await readdir(join(on.root, 'leases'))).length, 1);
});

test('what is not a lease is not guessed at', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  const lease = await takeLease(layout, [a]);
  for (const text of ['', '{}', '{"owner":{"pid":1}}', 'null', '{"owner":{},"scope":[]}']) {
    await writeFile(join(on.root, 'leases', 'x.json'), text);
    assert.is(await codeOf(readLeases(layout)), 'LEASE_INVALID', text);
  }
  await lease.release();
});

test('no lease begins while garbage is collected', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  const lock = await acquireGarbageLock(layout);
  let taken = false;
  const taking = takeLease(layout, [a]).then((lease) => {
    taken = true;
    return lease;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(taken, false);
  lock?.release();
  await (await taking).release();
});

test('waiting for a lease ends with its signal', async () => {
  await using on = await testStore();
  const { layout } = on.store;
  await using _ = await acquireGarbageLock(layout);
  const signal = AbortSignal.timeout(200);
  const name = await takeLease(layout, [a], { signal }).catch((error: Error) => error.name);
  assert.is(name, 'TimeoutError');
});

test.run();
