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

/**
 * Follows an image from its manifest or index to its last blob. Of an index, images of other
 * platforms may be absent (whoever pulls fetches one): it is complete if one of them is, and only
 * complete ones are counted in. Layers that their manifest offers by URL may be absent too. Throws what
 * `readSmallBlob` and oci's parsers throw.
 */
export async function imageBlobs(
  layout: Layout,
  target: Descriptor,
  depth: number = DEEPEST,
): Promise<ImageBlobs> {
  if (!(await hasBlob(layout, target))) return { present: [], missing: [target] };
  const isParent = isIndexType(target.mediaType) || isManifestType(target.mediaType);
  if (!isParent || depth === 0) return { present: [target], missing: [] };
  const content = parseManifestOrIndex(await readSmallBlob(layout, target), target.mediaType);
  const parts =
    content.kind === 'index'
      ? await ofIndex(layout, content.index.manifests, depth)
      : await ofManifest(layout, [content.manifest.config, ...content.manifest.layers]);
  return { present: unique([target, ...parts.present]), missing: unique(parts.missing) };
}

async function ofManifest(layout: Layout, parts: readonly Descriptor[]): Promise<ImageBlobs> {
  const result: ImageBlobs = { present: [], missing: [] };
  for (const part of parts) {
    if (await hasBlob(layout, part)) result.present.push(part);
    else if (part.urls === undefined || part.urls.length === 0) result.missing.push(part);
  }
  return result;
}

async function ofIndex(
  layout: Layout,
  manifests: readonly Descriptor[],
  depth: number,
): Promise<ImageBlobs> {
  const children: ImageBlobs[] = [];
  for (const manifest of manifests) children.push(await imageBlobs(layout, manifest, depth - 1));
  const complete = children.filter((child) => child.missing.length === 0);
  const present = complete.flatMap((child) => child.present);
  if (complete.length > 0 || children.length === 0) return { present, missing: [] };
  return { present, missing: children.flatMap((child) => child.missing) };
}

function unique(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((one) => [one.digest, one])).values()];
}
