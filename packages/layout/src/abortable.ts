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
  const stopped = new AbortController();
  const aborted = rejection(signal, stopped.signal);
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done === true) break;
      yield result.value;
    }
    ended = true;
  } finally {
    stopped.abort();
    const closing = ended ? undefined : iterator.return?.();
    // A silent generator queues its return behind the read that never ends, so nobody waits for it then.
    if (signal.aborted) closing?.catch(() => undefined);
    else await closing;
  }
}

// A promise that the signal rejects; `until` takes the listener away again.
function rejection(signal: AbortSignal, until: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', fail, { once: true, signal: until });
  });
  promise.catch(() => undefined);
  return promise;
}
