import { createRegistryClient } from '../../src/index.ts';
import type { RegistryClient, RegistryClientOptions } from '../../src/index.ts';

/** A client that gives up in a fraction of a second, so that tests need not wait for a minute. */
export function impatientClient(options: RegistryClientOptions = {}): RegistryClient {
  return createRegistryClient({
    ...options,
    timeouts: {
      connectMs: 2000,
      headersMs: 500,
      idleMs: 300,
      minimumBytes: 1024,
      ...options.timeouts,
    },
    retry: { attempts: 3, firstDelayMs: 5, longestDelayMs: 2000, ...options.retry },
  });
}

/** One that tries again at once, but waits as long as a busy machine takes: for what must not fail by time. */
export function eagerClient(options: RegistryClientOptions = {}): RegistryClient {
  const patience = { headersMs: 60_000, idleMs: 60_000, connectMs: 15_000 };
  return impatientClient({ ...options, timeouts: { ...patience, ...options.timeouts } });
}
