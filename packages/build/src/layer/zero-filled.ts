import type { WalkData } from '@ctrkit/syscalls';

const PIECE = 64 * 1024;

function* zeros(count: number): Generator<Buffer> {
  for (let rest = count; rest > 0; rest -= PIECE) yield Buffer.alloc(Math.min(rest, PIECE));
}

/** The bytes of a file of that size, holes as zeros. */
export async function* zeroFilled(
  size: number,
  pieces: AsyncIterable<WalkData>,
): AsyncGenerator<Buffer> {
  // prettier-ignore
  let at = 0;
  for await (const { offset, content } of pieces) {
    yield* zeros(offset - at);
    yield content;
    at = offset + content.length;
  }
  yield* zeros(size - at);
}
