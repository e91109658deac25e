import { familiarReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import { verifyStream } from '@ctrkit/layout';
import { checkLogin } from './auth/check-login.ts';
import type { CredentialProvider, Credentials } from './auth/credentials.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { BlobOptions } from './fetch-blob.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchedManifest } from './fetch-manifest.ts';
import { createEndpoints, firstAnswer, firstStream } from './endpoints.ts';
import type { Endpoints, Fallback } from './endpoints.ts';
import { createConnections } from './http/connect.ts';
import type { HttpContext } from './http/exchange.ts';
import type { ProxyChoice } from './http/proxy.ts';
import type { RetryPolicy } from './http/retry.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import type { Timeouts } from './http/timeouts.ts';
import type { Mirror } from './registries/mirror.ts';
import { createSessions } from './sessions.ts';
import { listTags } from './tags.ts';

/** What a client is to be like. */
export interface RegistryClientOptions {
  /** Which registries (`host` or `host:port`) may be spoken to over plain http. @default those on loopback */
  plainHttp?: (registry: string) => boolean;
  /** Who we are to a registry. @default nobody; see `storedCredentials` */
  credentials?: CredentialProvider;
  /**
   * Registries that may be spoken to over plain http, and over TLS with a certificate that nobody vouches for.
   * @default none
   */
  insecure?: (registry: string) => boolean;
  /** Where else to look first for what a registry has; see {@link RegistryClient.resolve}. @default nowhere */
  mirrors?: (registry: string) => readonly Mirror[];
  /**
   * Directories with a directory for each registry that has authorities or wants certificates of its own: `HOST:PORT/ca.crt`,
   * `client.cert`, `client.key`. @default none; see `certificateDirectories`
   */
  certificates?: readonly string[];
  /** A file of authorities that are trusted beside those of Node. @default where systems have it */
  systemCertificates?: string | undefined;
  /** Through which proxy a URL is reached. @default none; see `environmentProxy` */
  proxy?: ProxyChoice;
  /** @default ctrkit-registry-client */
  userAgent?: string;
  /** How long each stage may take. */
  timeouts?: Partial<Timeouts>;
  /** How often what failed in passing is tried again. */
  retry?: Partial<RetryPolicy>;
}

/** How mirrors are used. */
export interface MirrorOptions extends Fallback {
  signal?: AbortSignal;
  /** Leave them out. @default false */
  originOnly?: boolean;
}

/**
 * Reads from registries; keeps connections and tokens between calls. Everything that it hands out was
 * verified, or is while it streams. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
export interface RegistryClient {
  /**
   * The manifest or index that a reference names; with a digest, exactly that one. Mirrors are asked first: what a tag
   * means there is the mirror's word, what a digest means is nobody's. Throws
   * MANIFEST_UNKNOWN, UNAUTHORIZED, DENIED, DIGEST_MISMATCH, REGISTRY_UNREACHABLE, TLS_FAILED,
   * RATE_LIMITED, REGISTRY_ERROR, PROTOCOL_ERROR, RESPONSE_TOO_LARGE; oci's MANIFEST_INVALID,
   * SCHEMA1_UNSUPPORTED, UNSUPPORTED_MEDIA_TYPE; or the signal's reason.
   */
  resolve(reference: Reference, options?: MirrorOptions): Promise<FetchedManifest>;
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
    options?: BlobOptions & MirrorOptions & { offset?: number },
  ): AsyncIterable<Buffer[]>;
  /** Whether there are mirrors of the reference's registry. */
  hasMirrors(reference: Pick<Reference, 'registry'>): boolean;
  /** The tags of the reference's repository. Throws REPOSITORY_UNKNOWN and what `resolve` throws. */
  tags(reference: Reference, options?: { signal?: AbortSignal }): AsyncIterable<string>;
  /**
   * Asks a registry whether it takes a login, and answers what is to be kept of it: an identity token in place of the
   * password where the registry gives one. Throws UNAUTHORIZED, DENIED, and what a request to it throws.
   */
  checkLogin(
    registry: string,
    credentials: Credentials,
    options?: { signal?: AbortSignal },
  ): Promise<Credentials>;
  /** Closes the connections that are kept. One that is not closed does not keep the process alive. */
  close(): void;
}

/** Makes a client; opens nothing yet. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const { mirrors = () => [] } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const context: HttpContext = {
    connections: createConnections({
      certificates: options.certificates ?? [],
      system: options.systemCertificates,
      insecure: options.insecure ?? (() => false),
      proxy: options.proxy ?? (() => undefined),
      connectMs: timeouts.connectMs,
    }),
    timeouts,
    userAgent: options.userAgent ?? 'ctrkit-registry-client',
    registry: '',
  };
  const sessions = createSessions(context, options);
  const all = createEndpoints(mirrors, sessions);
  const origins = createEndpoints(() => [], sessions);
  const endpoints = ({ originOnly = false }: MirrorOptions): Endpoints =>
    originOnly ? origins : all;
  const streamBlob: RegistryClient['streamBlob'] = (reference, blob, options = {}) => {
    const { offset = 0, ...rest } = options;
    return firstStream(
      endpoints(options),
      reference,
      options,
      ({ session, repository }, received) =>
        fetchBlob(session, { repository, blob, offset: offset + received }, rest),
    );
  };
  return {
    streamBlob,
    hasMirrors: ({ registry }) => mirrors(registry).length > 0,
    resolve: async (reference, options = {}) => {
      const { digest, tag = 'latest' } = reference;
      const request = { reference: digest ?? tag, name: familiarReference(reference) };
      return await firstAnswer(
        endpoints(options),
        reference,
        options,
        async ({ session, repository }) =>
          await fetchManifest(session, { ...request, repository }, options.signal),
      );
    },
    fetchBlob: (reference, blob, options = {}) => {
      const chunks = flatten(streamBlob(reference, blob, options));
      return (options.offset ?? 0) === 0 ? verifyStream(blob)(chunks) : chunks;
    },
    tags: ({ registry, repository }, { signal } = {}) =>
      listTags(sessions.of(registry), repository, familiarName(registry, repository), signal),
    checkLogin: async (registry, credentials, { signal } = {}) =>
      await checkLogin(sessions.settingsOf(registry), credentials, signal),
    close: () => context.connections.close(),
  };
}

function familiarName(registry: string, repository: string): string {
  return familiarReference({ registry, repository });
}

async function* flatten(batches: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer, void, undefined> {
  for await (const batch of batches) yield* batch;
}
