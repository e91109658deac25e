import { familiarReference, isLoopbackRegistry } from '@ctrkit/oci';
import type { Descriptor, Digest, Reference } from '@ctrkit/oci';
import { verifyStream } from '@ctrkit/layout';
import type { CredentialProvider } from './auth/credentials.ts';
import { listCatalog } from './catalog.ts';
import { deleteManifest } from './delete-manifest.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { BlobOptions } from './fetch-blob.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchedManifest, ManifestRequest } from './fetch-manifest.ts';
import { findManifest } from './find-manifest.ts';
import { createConnections } from './http/connect.ts';
import type { HttpContext } from './http/exchange.ts';
import { defaultRetryPolicy } from './http/retry.ts';
import type { RetryPolicy } from './http/retry.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import type { Timeouts } from './http/timeouts.ts';
import { listReferrer } from './push/list-referrer.ts';
import type { BlobSource } from './push/piece-reader.ts';
import { putManifest } from './push/put-manifest.ts';
import type { ManifestBytes } from './push/put-manifest.ts';
import { pushScope } from './push/scope.ts';
import { uploadBlob } from './push/upload-blob.ts';
import type { UploadOptions, UploadOutcome } from './push/upload-blob.ts';
import { listReferrers } from './referrers.ts';
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
 * Reads from and writes to registries; keeps connections and tokens between calls. Everything that it hands out was
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
  /** The repositories of a registry, `host` or `host:port`. Throws UNSUPPORTED and what `resolve` throws. */
  catalog(registry: string, options?: { signal?: AbortSignal }): AsyncIterable<string>;
  /**
   * The digest of what a reference names, by the registry's word alone. For one that is about to be pushed to, say so:
   * one token then does for both. Throws what `resolve` throws.
   */
  digestOf(
    reference: Reference,
    options?: { toPush?: boolean; signal?: AbortSignal },
  ): Promise<Digest>;
  /**
   * The manifests that are about another one: by the registry's API, else by the tag that the specification names.
   * Throws what `resolve` throws.
   */
  referrers(
    subject: Reference & { digest: Digest },
    options?: { artifactType?: string; signal?: AbortSignal },
  ): AsyncIterable<Descriptor>;
  /**
   * Brings a blob to the reference's repository, unless it is there. It is read again from its first byte when the
   * upload breaks off, and never gets its name there unless the source ended without an error. Throws UPLOAD_TRUNCATED,
   * UPLOAD_UNKNOWN, PROTOCOL_ERROR, REPOSITORY_UNKNOWN, what the source and what `resolve` throws.
   */
  pushBlob(
    reference: Reference,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    source: BlobSource,
    options?: PushBlobOptions,
  ): Promise<UploadOutcome>;
  /**
   * Gives a manifest or an index, whose parts are there, the name of the reference, or its digest's, and lists it
   * with its subject, if it has one. Throws DIGEST_MISMATCH, REPOSITORY_UNKNOWN, oci's MANIFEST_INVALID and what `resolve`
   * throws.
   */
  pushManifest(
    reference: Reference,
    manifest: ManifestBytes,
    options?: { signal?: AbortSignal },
  ): Promise<Descriptor>;
  /**
   * Deletes the tag of a reference and nothing else; of one with a digest that manifest, with all tags that it has. Throws
   * MANIFEST_UNKNOWN, UNSUPPORTED and what `resolve` throws.
   */
  delete(reference: Reference, options?: { signal?: AbortSignal }): Promise<void>;
  /** Closes the connections that are kept. One that is not closed does not keep the process alive. */
  close(): void;
}

/** How a blob is pushed. */
export interface PushBlobOptions extends UploadOptions {
  /** A repository of the same registry that may have the blob: it is then taken over from there. */
  mountFrom?: string | undefined;
  signal?: AbortSignal;
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
      return await fetchManifest(session(reference.registry), requestFor(reference), signal);
    },
    fetchBlob: (reference, blob, options = {}) => {
      const chunks = flatten(streamBlob(reference, blob, options));
      return (options.offset ?? 0) === 0 ? verifyStream(blob)(chunks) : chunks;
    },
    tags: ({ registry, repository }, { signal } = {}) =>
      listTags(session(registry), repository, familiarName(registry, repository), signal),
    ...lists(session),
    ...writing(session),
    close: () => context.connections.close(),
  };
}

type SessionOf = (registry: string) => Session;

function lists(session: SessionOf): Pick<RegistryClient, 'catalog' | 'digestOf' | 'referrers'> {
  return {
    catalog: (registry, { signal } = {}) => listCatalog(session(registry), registry, signal),
    digestOf: async (reference, { toPush = false, ...options } = {}) => {
      const scope = toPush ? { scope: pushScope(reference.repository) } : {};
      const request = requestFor(reference);
      return await findManifest(session(reference.registry), request, { ...scope, ...options });
    },
    referrers: (subject, { artifactType, signal } = {}) => {
      const request = {
        repository: subject.repository,
        subject: subject.digest,
        name: familiarReference(subject),
        ...(artifactType !== undefined && { artifactType }),
      };
      return listReferrers(session(subject.registry), request, signal);
    },
  };
}

function writing(session: SessionOf): Pick<RegistryClient, 'pushBlob' | 'pushManifest' | 'delete'> {
  return {
    pushBlob: async ({ registry, repository }, blob, source, options = {}) => {
      const { mountFrom, signal, ...rest } = options;
      const job = { repository, blob, mountFrom, signal };
      return await uploadBlob(session(registry), job, source, rest);
    },
    pushManifest: async (reference, manifest, { signal } = {}) => {
      const to = session(reference.registry);
      const put = await putManifest(to, requestFor(reference), manifest, signal);
      await listReferrer(to, reference.repository, manifest, put, signal);
      return put.descriptor;
    },
    delete: async (reference, { signal } = {}) =>
      await deleteManifest(session(reference.registry), requestFor(reference), signal),
  };
}

function requestFor(reference: Reference): ManifestRequest {
  const { repository, digest, tag = 'latest' } = reference;
  return { repository, reference: digest ?? tag, name: familiarReference(reference) };
}

function sessionsOf(
  context: HttpContext,
  { plainHttp = isLoopbackRegistry, credentials, retry }: RegistryClientOptions,
): SessionOf {
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
