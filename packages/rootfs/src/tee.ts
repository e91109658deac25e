import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A stream that two read at the same time, each chunk once: neither is further ahead than a few chunks. */
export interface Tee {
  readonly first: AsyncGenerator<Buffer, void, undefined>;
  /** Ends as `first` does, also with its error. Where it is destroyed, `first` goes on alone. */
  readonly second: Readable;
}

/** Lets two read a source; `first` must be read. Throws, for both, what the source throws. */
export function tee(source: AsyncIterable<Uint8Array>): Tee {
  const second = new PassThrough({ objectMode: true, highWaterMark: 4 });
  // Whoever reads it hears of its errors; where nobody does any more they are nobody's.
  second.on('error', () => undefined);
  const closed = finished(second, { readable: false }).catch(() => undefined);
  const drained = (): Promise<void> => new Promise((resolve) => void second.once('drain', resolve));
  async function* first(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const bytes of source) {
        const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const isFull = !second.destroyed && !second.write(chunk);
        if (isFull) await Promise.race([drained(), closed]);
        yield chunk;
      }
      second.end();
    } catch (error) {
      second.destroy(error as Error);
      throw error;
    } finally {
      if (!second.writableEnded) second.destroy();
    }
  }
  return { first: first(), second };
}
