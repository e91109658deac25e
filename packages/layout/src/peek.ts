import { asBuffer } from './verify-stream.ts';

/**
 * Looks at the first bytes of a stream: `head` has at least so many, or all of them where there are fewer; `bytes` is the whole stream,
 * those first bytes included.
 */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ head: Buffer; bytes: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? asBuffer(next.value) : Buffer.concat([head, next.value]);
  }
  return { head, bytes: joined(head, iterator) };
}

async function* joined(
  head: Buffer,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let ended = false;
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) break;
      yield asBuffer(next.value);
    }
    ended = true;
  } finally {
    if (!ended) await iterator.return?.();
  }
}
