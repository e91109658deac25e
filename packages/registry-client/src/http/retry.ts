import { setTimeout as sleep } from 'node:timers/promises';
import { RegistryError } from '../registry-error.ts';

/** How often and how patiently something is tried again. */
export interface RetryPolicy {
  /** Tries in all. @default 5 */
  attempts: number;
  /** Wait before the second try, in milliseconds; doubled each time, give or take a half. @default 250 */
  firstDelayMs: number;
  /** The longest wait; a registry that asks for more is not waited for. @default 60_000 */
  longestDelayMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 250,
  longestDelayMs: 60_000,
};

/** One series of tries. */
export interface Retries {
  /**
   * Waits until it is time to try again after `error`. Throws it when another try is of no use: it is
   * not transient, the tries are used up, or the registry wants more patience than we have.
   */
  after(error: unknown): Promise<void>;
  /** Something was achieved: count from the start again. */
  reset(): void;
}

/** A series of tries; `signal` ends the waiting with its reason. */
export function createRetries(policy: RetryPolicy, signal?: AbortSignal): Retries {
  let failures = 0;
  return {
    reset: () => {
      failures = 0;
    },
    after: async (error) => {
      signal?.throwIfAborted();
      failures += 1;
      const delay = delayAfter(error, failures, policy);
      if (delay === undefined) throw error;
      await wait(delay, signal);
    },
  };
}

/** Does `attempt` until it succeeds or fails for good. Throws what the last try threw. */
export async function retrying<T>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  const retries = createRetries(policy, signal);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await retries.after(error);
    }
  }
}

function delayAfter(error: unknown, failures: number, policy: RetryPolicy): number | undefined {
  if (!(error instanceof RegistryError) || !error.transient) return undefined;
  if (failures >= policy.attempts) return undefined;
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) {
    return retryAfterMs <= policy.longestDelayMs ? retryAfterMs : undefined;
  }
  // Spread, so that many clients of one registry do not come back in step.
  const backOff = policy.firstDelayMs * 2 ** (failures - 1) * (0.5 + Math.random());
  return Math.min(backOff, policy.longestDelayMs);
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } finally {
    // Its own error hides the reason.
    signal?.throwIfAborted();
  }
}
