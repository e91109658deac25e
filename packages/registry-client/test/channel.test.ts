import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createChannel } from '../src/pull/channel.ts';
import { collect, expectCode } from './support/expect-code.ts';

test('what is pushed comes out in order, then the end', async () => {
  const channel = createChannel();
  const reading = collect(channel.stream);
  await channel.push([Buffer.from('a'), Buffer.from('b')]);
  await channel.push([Buffer.from('c')]);
  channel.end();
  assert.is((await reading).toString(), 'abc');
});

test('a writer waits for a slow reader', async () => {
  const channel = createChannel();
  let pushed = 0;
  const writing = (async () => {
    for (; pushed < 8; pushed += 1) await channel.push([Buffer.alloc(2 * 1024 * 1024)]);
    channel.end();
  })();
  await sleep(30);
  assert.ok(pushed < 3, `${pushed} batches of 2 MiB without a reader`);
  assert.is((await collect(channel.stream)).length, 16 * 1024 * 1024);
  await writing;
});

test('a failure comes after what was there before it', async () => {
  const channel = createChannel();
  await channel.push([Buffer.from('a')]);
  channel.fail(Object.assign(new Error('no'), { code: 'NO' }));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const chunk of channel.stream) seen.push(chunk.toString());
  })();
  await expectCode(reading, 'NO');
  assert.equal(seen, ['a']);
});

test('a reader that leaves does not hold the writer up', async () => {
  const channel = createChannel();
  await channel.push([Buffer.from('a')]);
  for await (const _chunk of channel.stream) break;
  for (let n = 0; n < 20; n += 1) await channel.push([Buffer.alloc(1024 * 1024)]);
  channel.end();
});

test('a batch of more chunks than a call takes arguments', async () => {
  const channel = createChannel();
  const reading = collect(channel.stream);
  const batch = Array.from({ length: 300_000 }, (_, n) => Buffer.from([n % 251]));
  await channel.push(batch);
  channel.end();
  assert.ok((await reading).equals(Buffer.concat(batch)));
});

test.run();
