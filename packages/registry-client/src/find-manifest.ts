import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { acceptedManifests } from './accept.ts';
import { fetchManifest } from './fetch-manifest.ts';
import type { ManifestRequest } from './fetch-manifest.ts';
import { discard } from './http/exchange.ts';
import { retrying } from './http/retry.ts';
import type { HttpAnswer } from './http/exchange.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

/** How it is asked for. */
export interface FindOptions {
  /** @default that of a pull */
  scope?: string;
  signal?: AbortSignal;
}

/**
 * The digest of what a tag or a digest names, without fetching it where the registry tells: its word, which whoever
 * fetches it by that digest puts to the test. Throws MANIFEST_UNKNOWN, DIGEST_MISMATCH, and what `fetchManifest` throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#checking-if-content-exists-in-the-registry
 */
export async function findManifest(
  session: Session,
  request: ManifestRequest,
  { scope, signal }: FindOptions = {},
): Promise<Digest> {
  const { repository, reference, name } = request;
  const asked = {
    method: 'HEAD',
    repository,
    path: `manifests/${reference}`,
    headers: { accept: acceptedManifests },
    what: `manifest for ${name}`,
    absent: 'MANIFEST_UNKNOWN',
    ...(scope !== undefined && { scope }),
    ...(signal !== undefined && { signal }),
  } as const;
  const answer = await retrying(session.retryPolicy, signal, () => session.send(asked));
  discard(answer);
  const told = toldDigest(answer, isDigest(reference) ? reference : undefined, name);
  return told ?? (await fetchManifest(session, request, signal)).descriptor.digest;
}

/** The same; undefined where there is none. */
export async function findManifestIfThere(
  session: Session,
  request: ManifestRequest,
  options: FindOptions = {},
): Promise<Digest | undefined> {
  try {
    return await findManifest(session, request, options);
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'MANIFEST_UNKNOWN') return undefined;
    throw error;
  }
}

function toldDigest(
  { headers }: HttpAnswer,
  wanted: Digest | undefined,
  name: string,
): Digest | undefined {
  const told = headers['docker-content-digest'];
  if (!isDigest(told)) return wanted;
  if (wanted === undefined || wanted === told) return told;
  throw new RegistryError('DIGEST_MISMATCH', `manifest for ${name}: the registry calls it ${told}`);
}
