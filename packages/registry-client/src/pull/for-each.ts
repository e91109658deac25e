import { setMaxListeners } from 'node:events';

/** What `work` leaves to be done while the next item has its turn. */
export interface Remainder {
  kept: Promise<void>;
}

/**
 * Does `work` for each item in order, `concurrency` at a time; what it leaves goes on beside the next
 * ones. The first failure aborts the signal that the others were given; it is thrown when all have ended.
 */
export async function forEachParallel<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<Remainder>,
): Promise<void> {
  const failing = new AbortController();
  const either = signal === undefined ? failing.signal : AbortSignal.any([signal, failing.signal]);
  // One listener for each item at work, which Node would take for a leak.
  setMaxListeners(0, either);
  const queue = [...items];
  const remainders: Promise<void>[] = [];
  const fail = (error: unknown): void => failing.abort(error);
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (either.aborted) return;
      try {
        remainders.push((await work(item, either)).kept.catch(fail));
      } catch (error) {
        fail(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  await Promise.all(remainders);
  either.throwIfAborted();
}
