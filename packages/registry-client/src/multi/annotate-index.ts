import { digestOf, familiarReference, parseImageIndex, parseJson } from '@ctrkit/oci';
import type { Descriptor, Digest, Platform, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { createRegistryClient } from '../registry-client.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';

/** What is to be said of one manifest of an index. */
export interface IndexChange {
  platform?: Platform;
  /** Added to those that it has. */
  annotations?: Readonly<Record<string, string>>;
}

/** How it is changed. */
export interface AnnotateOptions {
  /** @default one that asks as nobody */
  client?: RegistryClient;
  signal?: AbortSignal;
}

/**
 * Says something else of one manifest of an index, and gives the changed index the name that the old one had. Whatever
 * else stands in it stays as it is. Two that do so at once: the later one counts. Throws IMAGE_INVALID for what is no index
 * or does not list that manifest, and what `RegistryClient.resolve` and `pushManifest` throw.
 */
export async function annotateIndex(
  name: Reference,
  member: Digest,
  change: IndexChange,
  options: AnnotateOptions = {},
): Promise<Descriptor> {
  const client = options.client ?? createRegistryClient();
  const passOn = options.signal === undefined ? {} : { signal: options.signal };
  try {
    // What is written to the registry must come from there: a mirror may have what the tag meant before.
    const found = await client.resolve(name, { ...passOn, originOnly: true });
    const bytes = changed(found, name, member, change);
    if (digestOf(bytes) === found.descriptor.digest) return found.descriptor;
    const { mediaType } = found.descriptor;
    return await client.pushManifest(withoutDigest(name), { mediaType, bytes }, passOn);
  } finally {
    if (options.client === undefined) client.close();
  }
}

interface RawIndex {
  manifests: (Record<string, unknown> & { digest: string })[];
}

function changed(
  { bytes, content }: FetchedManifest,
  name: Reference,
  member: Digest,
  { platform, annotations }: IndexChange,
): Buffer {
  if (content.kind !== 'index') throw invalid(name, 'is no index');
  if (content.index.manifests.every(({ digest }) => digest !== member)) {
    throw invalid(name, `does not list ${member}`);
  }
  const index = parseJson(bytes) as RawIndex;
  for (const entry of index.manifests.filter(({ digest }) => digest === member)) {
    if (platform !== undefined) entry['platform'] = platform;
    const known = entry['annotations'] as Record<string, string> | undefined;
    if (annotations !== undefined) entry['annotations'] = { ...known, ...annotations };
  }
  const text = Buffer.from(JSON.stringify(index));
  parseImageIndex(text);
  return text;
}

// What is changed has another digest: only a tag can go on naming it.
function withoutDigest({ registry, repository, tag, digest }: Reference): Reference {
  if (tag !== undefined && digest === undefined) return { registry, repository, tag };
  throw new RegistryError('IMAGE_INVALID', `${repository}: an index is changed by its tag`);
}

function invalid(name: Reference, why: string): RegistryError {
  return new RegistryError('IMAGE_INVALID', `${familiarReference(name)}: ${why}`);
}
