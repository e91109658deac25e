import { isDigest } from '@ctrkit/oci';
import type { ManifestRequest } from './fetch-manifest.ts';
import { discard } from './http/exchange.ts';
import { retrying } from './http/retry.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

// What registries answer that can delete manifests but not tags, or nothing at all.
const refusals: ReadonlySet<number> = new Set([400, 405, 501]);

/**
 * Deletes a tag and nothing else, or, by digest, a manifest with all tags that it has. Never falls back from the one to
 * the other. Throws MANIFEST_UNKNOWN, UNSUPPORTED, UNAUTHORIZED, DENIED and what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-tags
 */
export async function deleteManifest(
  session: Session,
  { repository, reference, name }: ManifestRequest,
  signal?: AbortSignal,
): Promise<void> {
  const request = {
    method: 'DELETE',
    repository,
    path: `manifests/${reference}`,
    what: name,
    absent: 'MANIFEST_UNKNOWN',
    action: 'delete',
    scope: `repository:${repository}:delete`,
    ...(signal !== undefined && { signal }),
  } as const;
  try {
    discard(await retrying(session.retryPolicy, signal, () => session.send(request)));
  } catch (error) {
    if (error instanceof RegistryError && refusals.has(error.status ?? 0)) {
      throw unsupported(error, name, isDigest(reference));
    }
    throw error;
  }
}

function unsupported(cause: RegistryError, name: string, byDigest: boolean): RegistryError {
  const what = byDigest ? 'deletes no manifests' : 'deletes no single tags';
  return new RegistryError('UNSUPPORTED', `${name}: the registry ${what}`, {
    hint: byDigest
      ? 'deletion is switched on where the registry is configured'
      : 'delete the manifest by NAME@DIGEST, with every tag that it has',
    cause,
    ...(cause.status !== undefined && { status: cause.status }),
  });
}
