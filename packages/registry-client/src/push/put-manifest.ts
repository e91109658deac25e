import { createHash } from 'node:crypto';
import { digestAlgorithm, digestHex, digestOf, isDigest } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { ManifestRequest } from '../fetch-manifest.ts';
import { discard } from '../http/exchange.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { retrying } from '../http/retry.ts';
import { RegistryError } from '../registry-error.ts';
import type { Session } from '../session.ts';
import { otherDigest } from './other-digest.ts';
import { pushScope } from './scope.ts';

/** A manifest or an index as it is to be kept: byte by byte. */
export interface ManifestBytes {
  mediaType: string;
  bytes: Uint8Array;
}

/** What the registry made of it. */
export interface PutManifest {
  descriptor: Descriptor;
  /** The subject for which it lists this manifest as a referrer, if it does so by itself. */
  listedFor: Digest | undefined;
}

/**
 * Gives a registry a manifest whose parts it has, under a tag or its digest. Throws DIGEST_MISMATCH when it is not that of
 * the digest or the registry calls it by another one, BLOB_UNKNOWN or REGISTRY_ERROR when it lacks parts, and what the session
 * throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 */
export async function putManifest(
  session: Session,
  { repository, reference, name }: ManifestRequest,
  { mediaType, bytes }: ManifestBytes,
  signal?: AbortSignal,
): Promise<PutManifest> {
  const digest = isDigest(reference) ? checked(bytes, reference, name) : digestOf(bytes);
  const request = {
    method: 'PUT',
    repository,
    path: `manifests/${reference}`,
    headers: { 'content-type': mediaType, 'content-length': String(bytes.length) },
    body: bytes,
    what: `manifest for ${name}`,
    absent: 'BLOB_UNKNOWN',
    action: 'push',
    scope: pushScope(repository),
    ...(signal !== undefined && { signal }),
  } as const;
  const answer = await retrying(session.retryPolicy, signal, () => session.send(request));
  discard(answer);
  checkAnswer(answer, digest, name);
  const subject = answer.headers['oci-subject'];
  return {
    descriptor: { mediaType, digest, size: bytes.length },
    listedFor: isDigest(subject) ? subject : undefined,
  };
}

function checked(bytes: Uint8Array, digest: Digest, name: string): Digest {
  const actual = createHash(digestAlgorithm(digest)).update(bytes).digest('hex');
  if (actual === digestHex(digest)) return digest;
  throw new RegistryError('DIGEST_MISMATCH', `manifest for ${name}: is not that of its digest`);
}

function checkAnswer(answer: HttpAnswer, digest: Digest, name: string): void {
  const other = otherDigest(answer, digest);
  if (other === undefined) return;
  const what = `manifest for ${name}: ${answer.url.host} keeps it as ${other}`;
  throw new RegistryError('DIGEST_MISMATCH', what);
}
