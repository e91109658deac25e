import type { Reference } from '@ctrkit/oci';
import { atMirror } from './registries/mirror.ts';
import type { Mirror } from './registries/mirror.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryErrorCode } from './registry-error.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** One place where a repository can be read. */
export interface Endpoint {
  session: Session;
  /** What the repository is called there. */
  repository: string;
  /** Undefined for the registry itself. */
  mirror: Mirror | undefined;
}

/** Where a reference can be read. */
export interface Endpoints {
  /** Its mirrors, without those that were found to be of no use a moment ago, and the registry itself at last. */
  of(reference: Pick<Reference, 'registry' | 'repository'>): Endpoint[];
  /** Takes note of why a mirror did not help. */
  note(endpoint: Endpoint, error: unknown): void;
}

// The same will be so for the next blob, but not for ever.
const ASIDE_MS = 60_000;
const lasting: ReadonlySet<RegistryErrorCode> = new Set([
  'REGISTRY_UNREACHABLE',
  'TLS_FAILED',
  'PROXY_FAILED',
  'CERTIFICATES_INVALID',
]);

/**
 * Starts out with all mirrors; one that cannot be reached is left out for a minute.
 * @param now milliseconds that only go up
 */
export function createEndpoints(
  mirrors: (registry: string) => readonly Mirror[],
  sessions: Pick<Sessions, 'of' | 'ofMirror'>,
  now: () => number = () => performance.now(),
): Endpoints {
  const asideUntil = new Map<string, number>();
  return {
    of: ({ registry, repository }) => [
      ...mirrors(registry)
        .filter(({ name }) => (asideUntil.get(name) ?? -Infinity) <= now())
        .map((mirror) => ({
          session: sessions.ofMirror(mirror),
          repository: atMirror(mirror, repository),
          mirror,
        })),
      { session: sessions.of(registry), repository, mirror: undefined },
    ],
    note: ({ mirror }, error) => {
      if (mirror !== undefined && error instanceof RegistryError && lasting.has(error.code)) {
        asideUntil.set(mirror.name, now() + ASIDE_MS);
      }
    },
  };
}

/** What is done when a mirror did not help. */
export interface Fallback {
  signal?: AbortSignal | undefined;
  /** Called with a line for people. */
  onFallback?: ((text: string) => void) | undefined;
}

/**
 * What the first endpoint answers that answers at all. Throws what the last one threw, or the signal's reason.
 */
export async function firstAnswer<T>(
  endpoints: Endpoints,
  reference: Pick<Reference, 'registry' | 'repository'>,
  fallback: Fallback,
  ask: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const list = endpoints.of(reference);
  for (const endpoint of list.slice(0, -1)) {
    try {
      return await ask(endpoint);
    } catch (error) {
      giveUp(endpoints, endpoint, reference.registry, error, fallback);
    }
  }
  return await ask(list.at(-1) as Endpoint);
}

/**
 * The same for a stream, which goes on at another endpoint from where it broke off: `open` is told how many bytes
 * came already.
 */
export async function* firstStream(
  endpoints: Endpoints,
  reference: Pick<Reference, 'registry' | 'repository'>,
  fallback: Fallback,
  open: (endpoint: Endpoint, received: number) => AsyncIterable<Buffer[]>,
): AsyncGenerator<Buffer[], void, undefined> {
  const list = endpoints.of(reference);
  let received = 0;
  for (const endpoint of list) {
    try {
      for await (const batch of open(endpoint, received)) {
        for (const chunk of batch) received += chunk.length;
        yield batch;
      }
      return;
    } catch (error) {
      if (endpoint.mirror === undefined) throw error;
      giveUp(endpoints, endpoint, reference.registry, error, fallback);
    }
  }
}

function giveUp(
  endpoints: Endpoints,
  endpoint: Endpoint,
  registry: string,
  error: unknown,
  { signal, onFallback }: Fallback,
): void {
  signal?.throwIfAborted();
  if (!(error instanceof Error)) throw error;
  endpoints.note(endpoint, error);
  onFallback?.(`mirror ${endpoint.mirror?.name} of ${registry} does not help: ${error.message}`);
}
