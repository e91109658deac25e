import { createHash } from 'node:crypto';
import { digestAlgorithm, digestHex, digestOf, isDigest, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, ManifestOrIndex } from '@ctrkit/oci';
import { acceptedManifests } from './accept.ts';
import { readWhole } from './http/read-batches.ts';
import { retrying } from './http/retry.ts';
import type { HttpAnswer } from './http/exchange.ts';
import { parseRateLimit } from './rate-limit.ts';
import type { RateLimit } from './rate-limit.ts';
import { RegistryError } from './registry-error.ts';
import type { Session } from './session.ts';

/** A manifest or an index as the registry keeps it: its bytes, what they are called, what they say. */
export interface FetchedManifest {
  descriptor: Descriptor;
  bytes: Buffer;
  content: ManifestOrIndex;
  /** How many pulls the registry still allows, where it tells. */
  rateLimit?: RateLimit & { registry: string };
}

/** Which manifest is wanted. */
export interface ManifestRequest {
  repository: string;
  /** A tag or a digest. */
  reference: string;
  /** How the user calls the image, for errors. */
  name: string;
}

const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Fetches a manifest or an index by tag or digest; asked for by digest, its bytes have that digest. Tried again
 * as the session's policy has it. Throws MANIFEST_UNKNOWN, DIGEST_MISMATCH (also when
 * Docker-Content-Digest lies), RESPONSE_TOO_LARGE beyond 4 MiB, oci's MANIFEST_INVALID,
 * SCHEMA1_UNSUPPORTED and UNSUPPORTED_MEDIA_TYPE, and what the session throws.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export async function fetchManifest(
  session: Session,
  { repository, reference, name }: ManifestRequest,
  signal?: AbortSignal,
): Promise<FetchedManifest> {
  const request = {
    repository,
    path: `manifests/${reference}`,
    headers: { accept: acceptedManifests },
    what: `manifest for ${name}`,
    absent: 'MANIFEST_UNKNOWN',
    ...(signal !== undefined && { signal }),
  } as const;
  const { answer, bytes } = await retrying(session.retryPolicy, signal, async () => {
    const answer = await session.send(request);
    return { answer, bytes: await readWhole(answer, MOST_BYTES, session.context.timeouts) };
  });
  const digest = verifiedDigest(answer, bytes, isDigest(reference) ? reference : undefined, name);
  const content = parseManifestOrIndex(bytes, answer.headers['content-type'] ?? '');
  const { mediaType } = content.kind === 'index' ? content.index : content.manifest;
  const rateLimit = parseRateLimit(answer.headers);
  return {
    descriptor: { mediaType, digest, size: bytes.length },
    bytes,
    content,
    ...(rateLimit && { rateLimit: { registry: session.context.registry, ...rateLimit } }),
  };
}

function verifiedDigest(
  answer: HttpAnswer,
  bytes: Buffer,
  wanted: Digest | undefined,
  name: string,
): Digest {
  const claimed = answer.headers['docker-content-digest'];
  if (wanted !== undefined) check(bytes, wanted, name, answer);
  // One of another algorithm is the registry's own affair; one that we know must be true.
  if (isDigest(claimed)) check(bytes, claimed, name, answer);
  return wanted ?? digestOf(bytes);
}

function check(bytes: Buffer, digest: Digest, name: string, { url, headers }: HttpAnswer): void {
  const actual = createHash(digestAlgorithm(digest)).update(bytes).digest('hex');
  if (actual === digestHex(digest)) return;
  const encoding = headers['content-encoding'];
  throw new RegistryError(
    'DIGEST_MISMATCH',
    `manifest for ${name}: ${url.host} sent something else than ${digest}`,
    {
      hint:
        encoding === undefined
          ? 'the registry, or something on the way, altered it: do not use it'
          : `it came with Content-Encoding ${encoding}, which was not asked for`,
    },
  );
}
