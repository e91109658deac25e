import { familiarReference } from '@ctrkit/oci';
import type { Descriptor, Digest, Reference } from '@ctrkit/oci';
import { verifyStream } from '@ctrkit/layout';
import { checkLogin } from './auth/check-login.ts';
import type { Credentials } from './auth/credentials.ts';
import { listCatalog } from './catalog.ts';
import { deleteManifest } from './delete-manifest.ts';
import { createEndpoints, firstAnswer, firstStream } from './endpoints.ts';
import type { Endpoints, Fallback } from './endpoints.ts';
import { fetchBlob } from './fetch-blob.ts';
import type { BlobOptions } from './fetch-blob.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { FetchedManifest, ManifestRequest } from './fetch-manifest.ts';
import { findManifest } from './find-manifest.ts';
import { createConnections } from './http/connect.ts';
import type { HttpContext } from './http/exchange.ts';
import { defaultTimeouts } from './http/timeouts.ts';
import { listReferrer } from './push/list-referrer.ts';
import type { BlobSource } from './push/piece-reader.ts';
import { putManifest } from './push/put-manifest.ts';
import type { ManifestBytes } from './push/put-manifest.ts';
import { pushScope } from './push/scope.ts';
import { uploadBlob } from './push/upload-blob.ts';
import type { UploadOptions, UploadOutcome } from './push/upload-blob.ts';
import { listReferrers } from './referrers.ts';
import type { Session } from './session.ts';
import { searchRegistry } from './search-registry.ts';
import type { SearchResult } from './search.ts';
import { createSessions } from './sessions.ts';
import { listTags } from './tags.ts';
import type { RegistryClientOptions } from './registry-client-options.ts';

/** How mirrors are used. */
export interface MirrorOptions extends Fallback {
  signal?: AbortSignal;
  /** Leave them out. @default false */
  originOnly?: boolean;
}

/**
 * Reads from and writes to registries; keeps connections and tokens between calls. Everything that it hands out was
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
   * DIGEST_MISMATCH, which may be a mirror's doing: with `originOnly` it is the registry's; from a later `offset` on that is
   * the caller's. A broken connection is resumed. Throws BLOB_UNKNOWN, SIZE_MISMATCH, BLOB_TRUNCATED and what `resolve` throws.
   */
  fetchBlob(
    reference: Reference,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    options?: BlobOptions & MirrorOptions & { offset?: number },
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
   * The repositories of a registry, `host` or `host:port`, that a term finds: by Docker Hub's search, elsewhere by that or by
   * the catalog. Throws UNSUPPORTED where there is neither, and what `resolve` throws.
   */
  search(
    registry: string,
    term: string,
    options?: { limit?: number; signal?: AbortSignal },
  ): Promise<SearchResult[]>;
  /**
   * Asks a registry whether it takes a login, and answers what is to be kept of it: an identity token in place of the
   * password where the registry gives one. Throws UNAUTHORIZED, DENIED, and what a request to it throws.
   */
  checkLogin(
    registry: string,
    credentials: Credentials,
    options?: { signal?: AbortSignal },
  ): Promise<Credentials>;
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
   * with its subject, if it has one. Throws DIGEST_MISMATCH, BLOB_UNKNOWN, oci's MANIFEST_INVALID and what `resolve` throws.
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
  const { mirrors = () => [] } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const context: HttpContext = {
    connections: createConnections({
      certificates: options.certificates ?? [],
      system: options.systemCertificates,
      insecure: options.insecure ?? (() => false),
      proxy: options.proxy ?? (() => undefined),
      connectMs: timeouts.connectMs,
      onMessage: options.onMessage,
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
      const request = requestFor(reference);
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
    search: async (registry, term, options = {}) =>
      await searchRegistry(sessions, registry, term, options),
    ...lists(sessions.of),
    ...writing(sessions.of),
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

function familiarName(registry: string, repository: string): string {
  return familiarReference({ registry, repository });
}

async function* flatten(batches: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer, void, undefined> {
  for await (const batch of batches) yield* batch;
}
