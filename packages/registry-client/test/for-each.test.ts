import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forEachParallel } from '../src/pull/for-each.ts';
import { expectCode } from './support/expect-code.ts';

test('each once, in order, so many at a time', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await forEachParallel([1, 2, 3, 4, 5], 2, undefined, async (item) => {
    started.push(item);
    most = Math.max(most, (running += 1));
    await sleep(5);
    running -= 1;
    return { kept: Promise.resolve() };
  });
  assert.equal(started, [1, 2, 3, 4, 5]);
  assert.is(most, 2);
});

test('what is left to do does not take a place, but is waited for', async () => {
  let kept = 0;
  const startedBeforeKept: number[] = [];
  await forEachParallel([1, 2, 3], 1, undefined, async (item) => {
    if (kept === 0) startedBeforeKept.push(item);
    return { kept: sleep(20).then(() => void (kept += 1)) };
  });
  assert.equal(startedBeforeKept, [1, 2, 3]);
  assert.is(kept, 3);
});

test('the first failure aborts the others and is thrown when they have ended', async () => {
  let ended = false;
  const failure = Object.assign(new Error('first'), { code: 'FIRST' });
  const work = forEachParallel([1, 2, 3], 2, undefined, async (item, signal) => {
    if (item === 1) throw failure;
    assert.is(item, 2, 'nothing is begun after a failure');
    await sleep(10_000, undefined, { signal }).catch(() => undefined);
    ended = true;
    throw new Error('second');
  });
  await expectCode(work, 'FIRST');
  assert.ok(ended);
});

test('a failure in what was left counts too', async () => {
  const kept = Promise.reject(Object.assign(new Error('disk'), { code: 'DISK' }));
  await expectCode(
    forEachParallel([1], 1, undefined, () => Promise.resolve({ kept })),
    'DISK',
  );
});

test("the caller's signal ends it with its reason", async () => {
  const controller = new AbortController();
  const work = forEachParallel([1], 1, controller.signal, async (_item, signal) => {
    controller.abort(Object.assign(new Error('stop'), { code: 'STOP' }));
    signal.throwIfAborted();
    return { kept: Promise.resolve() };
  });
  await expectCode(work, 'STOP');
});

test.run();
