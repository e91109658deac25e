import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** In milliseconds. @default 10000 */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again, after 1, 2, 4 … at most 50 ms, until the answer is yes: true; false when the time is up.
 * Throws the signal's reason.
 */
export async function until(isDone: () => boolean, options: WaitOptions = {}): Promise<boolean> {
  const { timeout = 10_000, signal } = options;
  const deadline = performance.now() + timeout;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    signal?.throwIfAborted();
    if (isDone()) return true;
    if (performance.now() > deadline) return false;
    // An abort ends the sleep with an error of its own; the next round throws the caller's.
    await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}
