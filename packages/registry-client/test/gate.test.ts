import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createGate } from '../src/pull/gate.ts';

test('so many at a time, in the order in which they came', async () => {
  const gate = createGate(2);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.all(
    [1, 2, 3, 4, 5].map((item) =>
      gate.run(async () => {
        started.push(item);
        most = Math.max(most, (running += 1));
        await sleep(5);
        running -= 1;
        return item * 10;
      }),
    ),
  );
  assert.equal(results, [10, 20, 30, 40, 50]);
  assert.equal(started, [1, 2, 3, 4, 5]);
  assert.is(most, 2);
});

test('a task that fails gives its place up', async () => {
  const gate = createGate(1);
  const failing = gate.run(() => Promise.reject(new Error('no')));
  const next = gate.run(() => Promise.resolve('yes'));
  await failing.catch(() => undefined);
  assert.is(await next, 'yes');
  assert.is(await gate.run(() => Promise.resolve('again')), 'again');
});

test.run();
