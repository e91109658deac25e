import type { Transform } from 'node:stream';

/**
 * The output of a transform stream that is fed from `source`; `passed` is told of each chunk that it has taken in. An error of the transform becomes
 * `explain(error)`, unless the source fails too when read to its end: then its own error is the
 * reason, and is thrown instead.
 */
export async function* through(
  source: AsyncIterable<Buffer>,
  transform: Transform,
  explain: (error: Error) => Error,
  passed?: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const state: FeedState = { abandoned: false };
  // It may also fail after it was read to its end, when nobody listens any more.
  transform.on('error', () => undefined);
  const feeding = feed(source, transform, { state, passed });
  try {
    for await (const chunk of transform) yield chunk as Buffer;
    // A transform may be done (padding after the last gzip member) before its source has had its say.
    await feeding;
    if (state.sourceError !== undefined) throw state.sourceError.error;
  } catch (error) {
    await feeding;
    throw state.sourceError === undefined ? explain(error as Error) : state.sourceError.error;
  } finally {
    state.abandoned = true;
    transform.destroy();
    await feeding;
  }
}

interface FeedState {
  /** Nobody wants the output any more. */
  abandoned: boolean;
  sourceError?: { error: unknown };
}

// Never rejects. Goes on reading, without feeding, when the transform has failed (see above).
async function feed(
  source: AsyncIterable<Buffer>,
  transform: Transform,
  { state, passed }: { state: FeedState; passed: ((chunk: Buffer) => void) | undefined },
): Promise<void> {
  try {
    for await (const chunk of source) {
      if (state.abandoned) return;
      if (transform.destroyed) continue;
      const hasRoom = transform.write(chunk, (error) => error ?? passed?.(chunk));
      if (!hasRoom) await roomIn(transform);
    }
    if (!transform.destroyed) transform.end();
  } catch (error) {
    state.sourceError = { error };
    transform.destroy(error as Error);
  }
}

function roomIn(transform: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      transform.off('drain', done).off('close', done);
      resolve();
    };
    if (transform.destroyed || !transform.writableNeedDrain) resolve();
    else transform.on('drain', done).on('close', done);
  });
}
