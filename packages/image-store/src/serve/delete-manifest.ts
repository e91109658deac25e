import { updateIndex } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';
import { referenceOf } from '../entries.ts';
import { readStoredManifest } from '../stored-manifest.ts';
import { DistributionError } from './distribution-error.ts';
import { parseReferencePart } from './put-manifest.ts';
import type { Exchange } from './registry.ts';
import { repositoryOf, requestedRepository } from './repositories.ts';
import { answer } from './respond.ts';

/**
 * `DELETE /v2/<name>/manifests/<reference>`: of a tag, that name alone; of a digest, every name that it has in this
 * repository. What nothing refers to then goes with the next collection of garbage.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-manifests
 */
export async function deleteManifest(
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<void> {
  const { layout, deleted } = exchange.registry;
  const wanted = parseReferencePart(reference);
  const path = requestedRepository(repository);
  const isMeant = (entry: Descriptor): boolean => {
    const name = referenceOf(entry);
    if (name === undefined) return entry.digest === wanted.digest;
    if (repositoryOf(name) !== path) return false;
    return wanted.tag === undefined ? entry.digest === wanted.digest : name.tag === wanted.tag;
  };
  let found = false;
  await updateIndex(layout, (index) => {
    const manifests = index.manifests.filter((entry) => !isMeant(entry));
    found = manifests.length < index.manifests.length;
    return found ? { ...index, manifests } : index;
  });
  if (!found) throw await notFound(exchange, wanted, reference);
  if (wanted.digest !== undefined) deleted.add(wanted.digest);
  answer(exchange, 202, {});
}

async function notFound(
  { registry }: Exchange,
  { digest }: ReturnType<typeof parseReferencePart>,
  reference: string,
): Promise<DistributionError> {
  const isThere = digest !== undefined && !registry.deleted.has(digest);
  const stored = isThere ? await readStoredManifest(registry.layout, digest) : undefined;
  if (stored === undefined) {
    return new DistributionError('MANIFEST_UNKNOWN', `manifest unknown: ${reference}`);
  }
  const why = 'it has no name in this repository, or an index lists it: delete that';
  return new DistributionError('UNSUPPORTED', `${reference}: ${why}`);
}
