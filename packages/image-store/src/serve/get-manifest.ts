import type { Layout } from '@ctrkit/layout';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { readEntries } from '../entries.ts';
import { DistributionError } from './distribution-error.ts';
import type { Exchange } from './registry.ts';
import { entriesOf, requestedRepository } from './repositories.ts';
import { answer } from './respond.ts';
import { isTag } from './route.ts';
import { readStoredManifest } from '../stored-manifest.ts';

/**
 * `GET` and `HEAD /v2/<name>/manifests/<reference>`. By digest, any manifest that the store holds is
 * given, under any name: whoever knows the digest knows the contents. It is given as it is, whatever
 * Accept says, because a converted one would have another digest.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export async function getManifest(
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<void> {
  const digest = await digestFor(exchange, repository, reference);
  const { layout, deleted } = exchange.registry;
  const isGone =
    isDigest(reference) && deleted.has(reference) && !(await isNamed(layout, reference));
  const found =
    digest === undefined || isGone ? undefined : await readStoredManifest(layout, digest);
  if (found === undefined) throw unknown(repository, reference);
  const headers = {
    'Content-Type': found.mediaType,
    'Docker-Content-Digest': found.digest,
    ETag: `"${found.digest}"`,
  };
  if (exchange.request.headers['if-none-match'] === headers.ETag) {
    answer(exchange, 304, headers);
  } else {
    answer(exchange, 200, headers, found.bytes);
  }
}

// Whoever deleted it here did not mean the name that somebody gave it since.
async function isNamed(layout: Layout, digest: Digest): Promise<boolean> {
  return (await readEntries(layout)).some(({ descriptor }) => descriptor.digest === digest);
}

async function digestFor(
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<Digest | undefined> {
  if (isDigest(reference)) {
    requestedRepository(repository);
    return reference;
  }
  if (reference.includes(':')) {
    throw new DistributionError('DIGEST_INVALID', 'the digest is malformed or of no known kind');
  }
  if (!isTag(reference)) throw new DistributionError('TAG_INVALID', 'malformed tag');
  const entries = await entriesOf(exchange.registry.layout, repository);
  return entries.find((entry) => entry.reference?.tag === reference)?.descriptor.digest;
}

function unknown(repository: string, reference: string): DistributionError {
  return new DistributionError('MANIFEST_UNKNOWN', `manifest unknown: ${repository}:${reference}`, {
    detail: { name: repository, reference },
  });
}
