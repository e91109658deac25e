/**
 * The same chunks, until the signal fires: then it throws the signal's reason at once, even while
 * the source is silent, and lets go of the source.
 */
export async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const result = await orAborted(iterator.next(), signal);
      if (result.done === true) break;
      yield result.value;
    }
    ended = true;
  } finally {
    const closing = ended ? undefined : iterator.return?.();
    // A silent generator queues its return behind the read that never ends, so nobody waits for it then.
    if (signal.aborted) closing?.catch(() => undefined);
    else await closing;
  }
}

// Not Promise.race with one promise for the signal: that would hold on to every chunk for as long as the signal lives.
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const settled = (): void => signal.removeEventListener('abort', abort);
    promise.then(resolve, reject).finally(settled);
    if (signal.aborted) abort();
  });
}
