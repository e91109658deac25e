import { join } from 'node:path';
import { acquireLock, createLocker } from '@ctrkit/durable';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rejection } from './rejection.ts';

const names = Array.from({ length: 40 }, (_, index) => `lock-${index}`);

test('many at once are all held, each alone, until they are released', async () => {
  await using directory = await temporaryDirectory();
  const locker = createLocker();
  const paths = names.map((name) => join(directory.path, name));
  const locks = await Promise.all(paths.map((path) => locker.acquire(path)));
  for (const [index, path] of paths.entries()) {
    assert.is(locks[index]?.path, path);
    assert.is(await acquireLock(path, { wait: false }), undefined);
  }
  for (const lock of locks) lock?.release();
  for (const path of paths) (await acquireLock(path))?.release();
});

test('one that somebody holds is waited for, and keeps the others from nothing', async () => {
  await using directory = await temporaryDirectory();
  const locker = createLocker();
  const [taken, free] = [join(directory.path, 'taken'), join(directory.path, 'free')];
  const holder = await acquireLock(taken);
  const order: string[] = [];
  const waiting = async (): Promise<void> => {
    const lock = await locker.acquire(taken);
    order.push('taken');
    lock?.release();
  };
  const late = waiting();
  const early = await locker.acquire(free);
  order.push('free');
  early?.release();
  holder?.release();
  await late;
  assert.equal(order, ['free', 'taken']);
});

test('the same lock, asked for twice at once, is had one after the other', async () => {
  await using directory = await temporaryDirectory();
  const locker = createLocker();
  const path = join(directory.path, 'lock');
  let holders = 0;
  const hold = async (): Promise<void> => {
    const lock = await locker.acquire(path);
    holders += 1;
    assert.is(holders, 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    holders -= 1;
    lock?.release();
  };
  await Promise.all([hold(), hold(), hold()]);
});

test('waiting ends with the reason of the signal', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const holder = await acquireLock(path);
  const stop = new AbortController();
  const waiting = rejection(createLocker().acquire(path, { signal: stop.signal }));
  const reason = new Error('enough');
  stop.abort(reason);
  assert.is(await waiting, reason);
  holder?.release();
});

test('what cannot be opened is an error, as with a single lock', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'none', 'lock');
  const failure = await rejection(createLocker().acquire(path));
  assert.is((failure as NodeJS.ErrnoException).code, 'ENOENT');
});

test.run();
