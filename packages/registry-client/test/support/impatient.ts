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
