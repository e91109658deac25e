import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock, DurableError, withLock } from '@ctrkit/durable';
import type { Lock } from '@ctrkit/durable';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startChild } from './child.ts';
import { rejection } from './rejection.ts';

async function held(path: string, shared = false): Promise<Lock> {
  const lock = await acquireLock(path, { shared, wait: false });
  if (lock === undefined) throw new Error(`${path} is held by somebody else`);
  return lock;
}

test('one at a time, within one process too; released by the end of its block', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  {
    await using lock = await held(path);
    assert.is(lock.path, path);
    assert.is(await acquireLock(path, { wait: false }), undefined);
    assert.is(await acquireLock(path, { wait: false, shared: true }), undefined);
  }
  (await held(path)).release();
  assert.is((await stat(path)).mode & 0o777, 0o600);
});

test('releasing twice does not release the next one', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const first = await held(path);
  first.release();
  const second = await held(path);
  first.release();
  assert.is(await acquireLock(path, { wait: false }), undefined);
  second.release();
});

test('withLock hands on what its body makes or throws, and frees the lock in both cases', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const made = await withLock(path, async () => {
    assert.is(await acquireLock(path, { wait: false }), undefined);
    return 7;
  });
  assert.is(made, 7);
  const failure = new Error('no');
  assert.is(await rejection(withLock(path, () => Promise.reject(failure))), failure);
  (await held(path)).release();
});

test('several share it, and keep out who wants it alone', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const [one, two] = [await held(path, true), await held(path, true)];
  assert.is(await acquireLock(path, { wait: false }), undefined);
  one.release();
  assert.is(await acquireLock(path, { wait: false }), undefined);
  two.release();
  (await held(path)).release();
});

test('who waits gets it when it is released', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const first = await held(path);
  let got = false;
  const waiting = acquireLock(path).then((lock) => {
    got = true;
    return lock;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.not.ok(got);
  first.release();
  (await waiting)?.release();
});

test('kill -9 of the holder frees it, also for one that waits already', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const child = startChild('hold-lock', path);
  assert.is(await child.line(), 'held');
  assert.is(await acquireLock(path, { wait: false }), undefined);
  const waiting = acquireLock(path);
  await child.kill();
  await using lock = await waiting;
  assert.ok(lock);
});

test('kill -9 of one that waits leaves nothing held', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const first = await held(path);
  const child = startChild('hold-lock', path);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await child.kill();
  first.release();
  await using lock = await acquireLock(path, { signal: AbortSignal.timeout(5000) });
  assert.ok(lock);
});

test('a shared lock of another process keeps out who wants it alone', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const child = startChild('hold-lock', path, 'shared');
  assert.is(await child.line(), 'held');
  assert.is(await acquireLock(path, { wait: false }), undefined);
  (await held(path, true)).release();
  child.process.stdin?.end();
  await child.ended();
  (await held(path)).release();
});

test('processes that count under it lose no step', async () => {
  await using directory = await temporaryDirectory();
  const [path, counter] = [join(directory.path, 'lock'), join(directory.path, 'counter')];
  await writeFile(counter, '0');
  const children = [1, 2, 3].map(() => startChild('count-under-lock', path, counter, '15'));
  await Promise.all(children.map((child) => child.ended()));
  assert.is(await readFile(counter, 'utf8'), '45');
});

test('a signal ends the waiting with its reason, and nothing stays held', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const first = await held(path);
  const stop = new AbortController();
  const waiting = rejection(acquireLock(path, { signal: stop.signal }));
  const reason = new Error('enough');
  setTimeout(() => stop.abort(reason), 50);
  assert.is(await waiting, reason);
  first.release();
  (await held(path)).release();
  assert.is(await rejection(acquireLock(path, { signal: stop.signal })), reason);
});

test('a lock file that was removed while we waited does not count', async () => {
  await using directory = await temporaryDirectory();
  const [object, gone] = [join(directory.path, 'object'), join(directory.path, 'gone')];
  await mkdir(object);
  const path = join(object, 'lock');
  const first = await held(path);
  const waiting = acquireLock(path);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await rename(object, gone);
  await mkdir(object);
  first.release();
  await using second = await waiting;
  assert.ok(second);
  assert.is(await acquireLock(path, { wait: false }), undefined);
  await rm(gone, { recursive: true });
});

test('a program that is started while it is held does not inherit it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const lock = await held(path);
  const program = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(program, 'spawn');
  lock.release();
  (await held(path)).release();
  program.kill('SIGKILL');
  await once(program, 'close');
});

test('a directory that is not there, and a link in its place, are errors', async () => {
  await using directory = await temporaryDirectory();
  const missing = await rejection(acquireLock(join(directory.path, 'no', 'lock')));
  assert.is((missing as NodeJS.ErrnoException).code, 'ENOENT');
  await symlink('/dev/null', join(directory.path, 'link'));
  const linked = await rejection(acquireLock(join(directory.path, 'link')));
  assert.is((linked as NodeJS.ErrnoException).code, 'ELOOP');
});

test('without the flock command it says so, by code', async () => {
  await using directory = await temporaryDirectory();
  const before = process.env['PATH'];
  process.env['PATH'] = directory.path;
  try {
    const error = await rejection(acquireLock(join(directory.path, 'lock')));
    assert.instance(error, DurableError);
    assert.is((error as DurableError).code, 'LOCK_UNAVAILABLE');
    assert.ok((error as DurableError).hint);
  } finally {
    process.env['PATH'] = before;
  }
});

test.run();
