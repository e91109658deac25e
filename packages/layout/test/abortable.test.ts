import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { abortable } from '../src/abortable.ts';
import { rejection } from './rejection.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let made = 0; made < count; made += 1) yield Buffer.alloc(1000, made);
}

async function* silent(): AsyncGenerator<Buffer> {
  yield Buffer.from('first');
  await new Promise<never>(() => undefined);
}

async function all(source: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of source) bytes += chunk.length;
  return bytes;
}

test('the same chunks', async () => {
  const { signal } = new AbortController();
  assert.is(await all(abortable(chunks(5), signal)), 5000);
  assert.is(await all(abortable(chunks(5), undefined)), 5000);
});

test('what has passed is not held on to while the signal lives', async () => {
  const { signal } = new AbortController();
  const passed: WeakRef<Buffer>[] = [];
  let left = 0;
  for await (const chunk of abortable(chunks(200), signal)) {
    passed.push(new WeakRef(chunk));
    if (passed.length < 200) continue;
    // What a WeakRef was made of lives until the end of its turn.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    left = passed.filter((one) => one.deref() !== undefined).length;
  }
  assert.ok(left < 20, `${left} of 200 are still there`);
});

test('a signal ends it, before it begins or while the source is silent', async () => {
  const reason = new Error('enough');
  assert.is(await rejection(all(abortable(chunks(5), AbortSignal.abort(reason)))), reason);
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 20);
  assert.is(await rejection(all(abortable(silent(), stop.signal))), reason);
});

test('a source that fails is what is told', async () => {
  // oxlint-disable-next-line require-yield
  async function* failing(): AsyncGenerator<Buffer> {
    throw new Error('broken');
  }
  const error = await rejection(all(abortable(failing(), new AbortController().signal)));
  assert.is((error as Error).message, 'broken');
});

test.run();
