import { familiarReference, isLoopbackRegistry } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import { verifyStream } from '@ctrkit/layout';
import type { CredentialProvider } from './auth/credentials.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { BlobOptions } from './fetch-blob.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchedManifest } from './fetch-manifest.ts';
import { createConnections } from './http/connect.ts';
import type { HttpContext } from './http/exchange.ts';
import { defaultRetryPolicy } from './http/retry.ts';
import type { RetryPolicy } from './http/retry.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import type { Timeouts } from './http/timeouts.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';
import { listTags } from './tags.ts';

/** What a client is to be like. */
export interface RegistryClientOptions {
  /** Which registries (`host` or `host:port`) may be spoken to over plain http. @default those on loopback */
  plainHttp?: (registry: string) => boolean;
  /** Who we are to a registry. @default nobody; see `dockerConfigCredentials` */
  credentials?: CredentialProvider;
  /** @default ctrkit-registry-client */
  userAgent?: string;
  /** How long each stage may take. */
  timeouts?: Partial<Timeouts>;
  /** How often what failed in passing is tried again. */
  retry?: Partial<RetryPolicy>;
}

/**
 * Reads from registries; keeps connections and tokens between calls. Everything that it hands out was
 * verified, or is while it streams. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export interface RegistryClient {
  /**
   * The manifest or index that a reference names; with a digest, exactly that one. Throws
   * MANIFEST_UNKNOWN, UNAUTHORIZED, DENIED, DIGEST_MISMATCH, REGISTRY_UNREACHABLE, TLS_FAILED,
   * RATE_LIMITED, REGISTRY_ERROR, PROTOCOL_ERROR, RESPONSE_TOO_LARGE; oci's MANIFEST_INVALID,
   * SCHEMA1_UNSUPPORTED, UNSUPPORTED_MEDIA_TYPE; or the signal's reason.
   */
  resolve(reference: Reference, options?: { signal?: AbortSignal }): Promise<FetchedManifest>;
  /**
   * The bytes of a blob. From its start they are verified, and the stream fails at its end with layout's
   * DIGEST_MISMATCH; from a later `offset` on that is the caller's. A broken connection is
   * resumed. Throws BLOB_UNKNOWN, SIZE_MISMATCH, BLOB_TRUNCATED and what `resolve` throws.
   */
  fetchBlob(
    reference: Reference,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    options?: BlobOptions & { offset?: number },
  ): AsyncIterable<Buffer>;
  /** The same in the batches in which it arrives, and never verified: for who looks at every byte anyway. */
  streamBlob(
    reference: Reference,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    options?: BlobOptions & { offset?: number },
  ): AsyncIterable<Buffer[]>;
  /** The tags of the reference's repository. Throws REPOSITORY_UNKNOWN and what `resolve` throws. */
  tags(reference: Reference, options?: { signal?: AbortSignal }): AsyncIterable<string>;
  /** Closes the connections that are kept. One that is not closed does not keep the process alive. */
  close(): void;
}

/** Makes a client; opens nothing yet. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const context: HttpContext = {
    connections: createConnections(),
    timeouts: { ...defaultTimeouts, ...options.timeouts },
    userAgent: options.userAgent ?? 'ctrkit-registry-client',
  };
  const session = sessionsOf(context, options);
  const streamBlob: RegistryClient['streamBlob'] = (
    reference,
    blob,
    { offset = 0, ...rest } = {},
  ) =>
    fetchBlob(
      session(reference.registry),
      { repository: reference.repository, blob, offset },
      rest,
    );
  return {
    streamBlob,
    resolve: async (reference, { signal } = {}) => {
      const { repository, digest, tag = 'latest' } = reference;
      const request = { repository, reference: digest ?? tag, name: familiarReference(reference) };
      return await fetchManifest(session(reference.registry), request, signal);
    },
    fetchBlob: (reference, blob, options = {}) => {
      const chunks = flatten(streamBlob(reference, blob, options));
      return (options.offset ?? 0) === 0 ? verifyStream(blob)(chunks) : chunks;
    },
    tags: ({ registry, repository }, { signal } = {}) =>
      listTags(session(registry), repository, familiarName(registry, repository), signal),
    close: () => context.connections.close(),
  };
}

function sessionsOf(
  context: HttpContext,
  { plainHttp = isLoopbackRegistry, credentials, retry }: RegistryClientOptions,
): (registry: string) => Session {
  const sessions = new Map<string, Session>();
  return (registry) => {
    const known = sessions.get(registry);
    if (known !== undefined) return known;
    const session = createSession({
      context,
      registry,
      credentials: credentials ?? (() => Promise.resolve(undefined)),
      plainHttp,
      retryPolicy: { ...defaultRetryPolicy, ...retry },
    });
    sessions.set(registry, session);
    return session;
  };
}

function familiarName(registry: string, repository: string): string {
  return familiarReference({ registry, repository });
}

async function* flatten(batches: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer, void, undefined> {
  for await (const batch of batches) yield* batch;
}
