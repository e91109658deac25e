import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChunkList } from '../src/http/chunk-list.ts';

test('what goes in comes out, in order, whatever the sizes', () => {
  const bytes = randomBytes(500_000);
  const list = new ChunkList();
  const taken: Buffer[] = [];
  const sizes = [1, 3, 70_000, 1, 5000, 4095, 4096, 0, 1];
  let at = 0;
  for (let n = 0; at < bytes.length; n += 1) {
    const end = at + (sizes[n % sizes.length] ?? 1);
    list.add(bytes.subarray(at, end));
    at = end;
    if (n % 7 === 0) taken.push(...list.takeAll());
  }
  taken.push(...list.takeAll());
  assert.ok(Buffer.concat(taken).equals(bytes));
  assert.equal(list.takeAll(), []);
});

test('a hundred thousand chunks of one byte are two', () => {
  const list = new ChunkList();
  for (let n = 0; n < 100_000; n += 1) list.add(Buffer.from([n % 256]));
  const chunks = list.takeAll();
  assert.is(chunks.length, 2);
  assert.is(Buffer.concat(chunks)[99_999], 99_999 % 256);
});

test.run();
