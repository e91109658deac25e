import { mediaTypes, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { Layout } from '@ctrkit/layout';
import { readEntries } from '../entries.ts';
import type { Exchange } from './registry.ts';
import { requestedRepository } from './repositories.ts';
import { answerJson } from './respond.ts';
import { readStoredManifest } from '../stored-manifest.ts';

/**
 * `GET /v2/<name>/referrers/<digest>`: the manifests (signatures, inventories) that are about another
 * one, in an index; an empty one when there are none.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export async function getReferrers(
  exchange: Exchange,
  repository: string,
  subject: Digest,
): Promise<void> {
  requestedRepository(repository);
  const all = await referrersOf(exchange.registry.layout, subject);
  const type = exchange.query.get('artifactType');
  const manifests = type === null ? all : all.filter((entry) => entry.artifactType === type);
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  answerJson(exchange, index, {
    'Content-Type': mediaTypes.index,
    ...(type !== null && { 'OCI-Filters-Applied': 'artifactType' }),
  });
}

async function referrersOf(layout: Layout, subject: Digest): Promise<Descriptor[]> {
  const digests = (await readEntries(layout)).map(({ descriptor }) => descriptor.digest);
  const found: Descriptor[] = [];
  for (const digest of new Set(digests)) {
    const referrer = await asReferrer(layout, digest, subject);
    if (referrer !== undefined) found.push(referrer);
  }
  return found;
}

async function asReferrer(
  layout: Layout,
  digest: Digest,
  subject: Digest,
): Promise<Descriptor | undefined> {
  const stored = await readStoredManifest(layout, digest);
  if (stored === undefined) return undefined;
  const { mediaType, bytes } = stored;
  const content = parseManifestOrIndex(bytes, mediaType);
  const manifest = content.kind === 'index' ? content.index : content.manifest;
  if (manifest.subject?.digest !== subject) return undefined;
  const config = content.kind === 'manifest' ? content.manifest.config.mediaType : undefined;
  const artifactType = manifest.artifactType ?? config;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(manifest.annotations !== undefined && { annotations: manifest.annotations }),
  };
}
