import type { Digest, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';
import type { ManifestBytes } from './put-manifest.ts';

/**
 * Gives a manifest or an index a name, unless it has that already; lists it with its subject, if it has one, also then: an
 * earlier push may have ended in between. Answers whether the name was something else's, or nothing's, before. Throws what
 * `RegistryClient.pushManifest` and `referrers` throw.
 */
export async function putIfMissing(
  client: RegistryClient,
  found: FetchedManifest,
  name: Reference,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const options = signal === undefined ? {} : { signal };
  const isThere = (await digestIfThere(client, name, options)) === found.descriptor.digest;
  if (isThere && (await isListed(client, found, name, options))) return false;
  // A tag that may not be changed is not put again either.
  const { registry, repository } = name;
  const to = isThere ? { registry, repository, digest: found.descriptor.digest } : name;
  await client.pushManifest(to, manifestBytes(found), options);
  return !isThere;
}

async function digestIfThere(
  client: RegistryClient,
  reference: Reference,
  options: { signal?: AbortSignal },
): Promise<Digest | undefined> {
  try {
    return await client.digestOf(reference, { toPush: true, ...options });
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'MANIFEST_UNKNOWN') return undefined;
    throw error;
  }
}

async function isListed(
  client: RegistryClient,
  { content, descriptor }: FetchedManifest,
  { registry, repository }: Reference,
  options: { signal?: AbortSignal },
): Promise<boolean> {
  const { subject } = content.kind === 'index' ? content.index : content.manifest;
  if (subject === undefined) return true;
  const about = { registry, repository, digest: subject.digest };
  for await (const { digest } of client.referrers(about, options)) {
    if (digest === descriptor.digest) return true;
  }
  return false;
}

function manifestBytes({ content, bytes }: FetchedManifest): ManifestBytes {
  const { mediaType } = content.kind === 'index' ? content.index : content.manifest;
  return { mediaType, bytes };
}
