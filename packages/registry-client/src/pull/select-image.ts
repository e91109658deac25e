import type { Layout } from '@ctrkit/layout';
import {
  familiarReference,
  formatPlatform,
  parseManifestOrIndex,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor, ImageIndex, ImageManifest, Platform, Reference } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import { RegistryError } from '../registry-error.ts';
import { readStored } from './stored-blob.ts';

/** The image of one platform behind a reference, and what was read on the way to it. */
export interface SelectedImage {
  /** What the reference names, first, down to the manifest, last. */
  documents: FetchedManifest[];
  /** What the reference names. */
  target: Descriptor;
  /** Of the manifest. */
  descriptor: Descriptor;
  manifest: ImageManifest;
}

// An index in an index is allowed and rare; more than this is a game.
const DEEPEST = 4;

/** Where manifests come from. */
export interface Sources {
  client: RegistryClient;
  reference: Reference;
  /** Looked into first, when there is one. */
  layout?: Layout;
  signal: AbortSignal;
  onFallback?: (text: string) => void;
}

/**
 * Follows what a reference names, `first`, down to the manifest of a platform; manifests that the
 * layout has are not fetched again. Throws PLATFORM_NOT_FOUND, SIZE_MISMATCH, IMAGE_INVALID, and what
 * `RegistryClient.resolve` throws.
 */
export async function selectImage(
  sources: Sources,
  first: FetchedManifest,
  platform: Platform,
): Promise<SelectedImage> {
  const name = familiarReference(sources.reference);
  return await selectFrom(first, platform, name, (child) => childManifest(sources, child));
}

/** The same for manifests from anywhere; `name` is for errors. */
export async function selectFrom(
  first: FetchedManifest,
  platform: Platform,
  name: string,
  manifestOf: (child: Descriptor) => Promise<FetchedManifest>,
): Promise<SelectedImage> {
  let current = first;
  const documents = [current];
  while (current.content.kind === 'index') {
    if (documents.length === DEEPEST) throw tooDeep(name);
    current = await manifestOf(choose(current.content.index, platform, name));
    documents.push(current);
  }
  const { manifest } = current.content;
  return { documents, target: first.descriptor, descriptor: current.descriptor, manifest };
}

function choose(index: ImageIndex, platform: Platform, name: string): Descriptor {
  const child = selectPlatform(index.manifests, platform);
  if (child !== undefined) return child;
  const there = index.manifests.flatMap((entry) =>
    entry.platform === undefined || entry.platform.os === 'unknown'
      ? []
      : [formatPlatform(entry.platform)],
  );
  throw new RegistryError(
    'PLATFORM_NOT_FOUND',
    `no matching manifest for ${formatPlatform(platform)} in the manifest list of ${name}`,
    { hint: `it has ${[...new Set(there)].join(', ') || 'no platform at all'}` },
  );
}

async function childManifest(sources: Sources, child: Descriptor): Promise<FetchedManifest> {
  const { client, reference, layout } = sources;
  const stored = layout === undefined ? undefined : await readStored(layout, child);
  const fetched =
    stored === undefined
      ? await client.resolve({ ...reference, digest: child.digest }, sources)
      : { bytes: stored };
  const { bytes } = fetched;
  if (bytes.length !== child.size) {
    const what = `manifest ${child.digest}: has ${bytes.length} bytes instead of ${child.size}`;
    throw new RegistryError('SIZE_MISMATCH', what);
  }
  // By the index's word for it, which must also be the document's own.
  const content = parseManifestOrIndex(bytes, child.mediaType);
  return { ...fetched, descriptor: child, content };
}

function tooDeep(name: string): RegistryError {
  const what = `${name}: indexes nested more than ${DEEPEST - 1} deep`;
  return new RegistryError('IMAGE_INVALID', what);
}
