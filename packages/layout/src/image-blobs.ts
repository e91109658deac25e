import { isIndexType, isManifestType, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import { hasBlob } from './blobs.ts';
import type { Layout } from './layout.ts';
import { readSmallBlob } from './read-blob.ts';

/** What an image consists of, as far as it is in the layout. */
export interface ImageBlobs {
  /** The blobs that are there: each once, what points before what is pointed at. */
  present: Descriptor[];
  /** Those without which it cannot be used; empty when it is complete. */
  missing: Descriptor[];
}

const DEEPEST = 8;

/** What was found out on the way, and what ends it. */
interface Walk {
  readonly layout: Layout;
  readonly known: Map<string, Promise<ImageBlobs>>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Follows an image from its manifest or index to its last blob, each once, however often it is listed. Of an index,
 * images of other platforms may be absent (whoever pulls fetches one): it is complete if one of them is, and only
 * complete ones are counted in. Layers that their manifest offers by URL may be absent too. Throws what
 * `readSmallBlob` and oci's parsers throw, and the signal's reason.
 */
export async function imageBlobs(
  layout: Layout,
  target: Descriptor,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ImageBlobs> {
  return await blobsBelow({ layout, known: new Map(), signal }, target, DEEPEST);
}

// Without this, indexes that list each other several times take a time that grows with the power of their depth.
async function blobsBelow(walk: Walk, target: Descriptor, depth: number): Promise<ImageBlobs> {
  const key = [depth, target.mediaType, target.size, target.digest].join(' ');
  const found = walk.known.get(key) ?? follow(walk, target, depth);
  walk.known.set(key, found);
  return await found;
}

async function follow(walk: Walk, target: Descriptor, depth: number): Promise<ImageBlobs> {
  const { layout, signal } = walk;
  signal?.throwIfAborted();
  if (!(await hasBlob(layout, target))) return { present: [], missing: [target] };
  const isParent = isIndexType(target.mediaType) || isManifestType(target.mediaType);
  if (!isParent || depth === 0) return { present: [target], missing: [] };
  const content = parseManifestOrIndex(await readSmallBlob(layout, target), target.mediaType);
  const parts =
    content.kind === 'index'
      ? await ofIndex(walk, content.index.manifests, depth)
      : await ofManifest(walk, [content.manifest.config, ...content.manifest.layers]);
  return { present: unique([target, ...parts.present]), missing: unique(parts.missing) };
}

async function ofManifest(
  { layout, signal }: Walk,
  parts: readonly Descriptor[],
): Promise<ImageBlobs> {
  const result: ImageBlobs = { present: [], missing: [] };
  for (const part of parts) {
    signal?.throwIfAborted();
    if (await hasBlob(layout, part)) result.present.push(part);
    else if (part.urls === undefined || part.urls.length === 0) result.missing.push(part);
  }
  return result;
}

async function ofIndex(
  walk: Walk,
  manifests: readonly Descriptor[],
  depth: number,
): Promise<ImageBlobs> {
  const children = new Set<ImageBlobs>();
  for (const manifest of manifests) {
    children.add(await blobsBelow(walk, manifest, depth - 1));
  }
  const complete = [...children].filter((child) => child.missing.length === 0);
  const present = complete.flatMap((child) => child.present);
  if (complete.length > 0 || children.size === 0) return { present, missing: [] };
  return { present, missing: [...children].flatMap((child) => child.missing) };
}

function unique(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((one) => [one.digest, one])).values()];
}
