import type { Layout } from '@ctrkit/layout';
import { takeLease } from '../lease.ts';
import type { Lease } from '../lease.ts';

/**
 * Keeps what is being pushed until a manifest refers to it. A push is many requests with nothing that
 * ties them together, and it skips blobs that a HEAD found here; so everything is kept while anybody
 * pushes, and for a while after the last sign of it.
 */
export interface PushLease {
  /** A sign of a push; resolves when all that is here now is kept. */
  hold(): Promise<void>;
  release(): Promise<void>;
}

/** @param idleMs how long after the last sign the lease ends, in milliseconds */
export function createPushLease(layout: Layout, idleMs: number = 10 * 60_000): PushLease {
  let lease: Promise<Lease> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const release = async (): Promise<void> => {
    clearTimeout(timer);
    const held = lease;
    lease = undefined;
    await (await held?.catch(() => undefined))?.release();
  };
  const hold = async (): Promise<void> => {
    clearTimeout(timer);
    timer = setTimeout(() => void release(), idleMs).unref();
    lease ??= takeLease(layout, 'everything');
    const taking = lease;
    try {
      await taking;
    } catch (error) {
      // The next request may try again.
      if (lease === taking) lease = undefined;
      throw error;
    }
  };
  return { hold, release };
}
