import { createHash } from 'node:crypto';
import { hasBlob, updateIndex, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import {
  digestAlgorithm,
  digestHex,
  digestOf,
  isDigest,
  OciError,
  parseManifestOrIndex,
} from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import { named, referenceOf, sameName, withEntries } from '../entries.ts';
import { DistributionError } from './distribution-error.ts';
import { readBody } from './read-body.ts';
import type { Exchange } from './registry.ts';
import { repositoryOf, requestedReference } from './repositories.ts';
import { answer } from './respond.ts';
import { isTag, requestedDigest } from './route.ts';
import { MANIFEST_LIMIT, manifestMediaType } from '../stored-manifest.ts';

type Content = ReturnType<typeof parseManifestOrIndex>;

/**
 * `PUT /v2/<name>/manifests/<reference>`: stores a manifest whose blobs are all here, then names it.
 * One that is pushed by digest stands nameless until an index takes it in.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 */
export async function putManifest(
  exchange: Exchange,
  repository: string,
  reference: string,
): Promise<void> {
  const { layout } = exchange.registry;
  const wanted = parseReferencePart(reference);
  const name = requestedReference(repository, wanted.tag);
  const bytes = await readBody(exchange.request, MANIFEST_LIMIT);
  const mediaType = mediaTypeOf(exchange, bytes);
  const content = parseContent(bytes, mediaType);
  const descriptor = { mediaType, digest: digestFor(bytes, wanted.digest), size: bytes.length };
  await requireContent(layout, content);
  await writeBlob(layout, descriptor, pieces(bytes));
  await updateIndex(layout, (index) => {
    const others = withoutChildren(index.manifests, content);
    const reference = wanted.tag === undefined ? undefined : knownName(others, name);
    return { ...index, manifests: withEntries(others, [named(descriptor, reference)]) };
  });
  exchange.registry.deleted.delete(descriptor.digest);
  answer(exchange, 201, {
    Location: `/v2/${repository}/manifests/${descriptor.digest}`,
    'Docker-Content-Digest': descriptor.digest,
    ...subjectHeader(content),
  });
}

/** What the last part of a manifest's path names. Throws TAG_INVALID, DIGEST_INVALID. */
export function parseReferencePart(text: string): { tag?: string; digest?: Digest } {
  if (isDigest(text)) return { digest: text };
  if (isTag(text)) return { tag: text };
  if (text.includes(':')) return { digest: requestedDigest(text) };
  throw new DistributionError('TAG_INVALID', 'malformed tag');
}

function mediaTypeOf({ request }: Exchange, bytes: Uint8Array): string {
  const said = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const type = said === '' ? manifestMediaType(bytes) : said;
  if (type !== undefined) return type;
  throw new DistributionError('MANIFEST_INVALID', 'the manifest has no media type');
}

function parseContent(bytes: Uint8Array, mediaType: string): Content {
  try {
    return parseManifestOrIndex(bytes, mediaType);
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    throw new DistributionError('MANIFEST_INVALID', error.message);
  }
}

function digestFor(bytes: Uint8Array, expected: Digest | undefined): Digest {
  if (expected === undefined) return digestOf(bytes);
  const actual = createHash(digestAlgorithm(expected)).update(bytes).digest('hex');
  if (actual === digestHex(expected)) return expected;
  throw new DistributionError('DIGEST_INVALID', 'the manifest has another digest', {
    detail: { expected },
  });
}

async function requireContent(layout: Layout, content: Content): Promise<void> {
  const missing: Digest[] = [];
  for (const blob of referencedBlobs(content)) {
    if (!(await hasBlob(layout, blob))) missing.push(blob.digest);
  }
  if (missing.length === 0) return;
  throw new DistributionError('MANIFEST_BLOB_UNKNOWN', 'the manifest refers to unknown blobs', {
    detail: missing.map((digest) => ({ digest })),
  });
}

// A layer that says where else it lies (`urls`) need not be pushed. A subject may come later.
function referencedBlobs(content: Content): Descriptor[] {
  if (content.kind === 'index') return content.index.manifests;
  const { config, layers } = content.manifest;
  return [config, ...layers.filter(({ urls = [] }) => urls.length === 0)];
}

function withoutChildren(entries: readonly Descriptor[], content: Content): readonly Descriptor[] {
  if (content.kind !== 'index') return entries;
  const children = new Set(content.index.manifests.map(({ digest }) => digest));
  return entries.filter((entry) => referenceOf(entry) !== undefined || !children.has(entry.digest));
}

// An image of a registry with a port is served under another path; pushing there means that image.
function knownName(
  entries: readonly Descriptor[],
  pushed: ReturnType<typeof requestedReference>,
): ReturnType<typeof requestedReference> {
  const references = entries.flatMap((entry) => referenceOf(entry) ?? []);
  if (references.some((reference) => sameName(reference, pushed))) return pushed;
  const served = references.find(
    (reference) => reference.tag === pushed.tag && repositoryOf(reference) === repositoryOf(pushed),
  );
  return served ?? pushed;
}

function subjectHeader(content: Content): Record<string, string> {
  const { subject } = content.kind === 'index' ? content.index : content.manifest;
  return subject === undefined ? {} : { 'OCI-Subject': subject.digest };
}

// oxlint-disable-next-line require-await -- an async iterable is what a blob is written from
async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
