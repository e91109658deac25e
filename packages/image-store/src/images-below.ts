import { LayoutError } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { isIndexType, isManifestType, OciError, parseManifestOrIndex } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { ImageRecord } from './image-record.ts';
import type { ImageUser } from './image-user.ts';
import { readStoredManifest } from './stored-manifest.ts';

/** An image of one platform, for which an index has a manifest. */
export interface PlatformImage {
  /** The digest of its configuration. */
  readonly id: Digest;
  readonly manifestDescriptor: Descriptor;
}

/** The images of all platforms behind a manifest or an index that are there; damaged ones are left out. */
export async function imagesBelow(layout: Layout, target: Descriptor): Promise<PlatformImage[]> {
  const images: PlatformImage[] = [];
  const seen = new Set<Digest>();
  const queue = [target];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const isParent = isIndexType(next.mediaType) || isManifestType(next.mediaType);
    if (!isParent || seen.has(next.digest)) continue;
    seen.add(next.digest);
    const content = await contentOf(layout, next);
    if (content?.kind === 'index') queue.push(...content.index.manifests);
    if (content?.kind !== 'manifest') continue;
    images.push({ id: content.manifest.config.digest, manifestDescriptor: next });
  }
  return images;
}

/**
 * The users by the ids that a list shows. Who uses an image of another platform than this machine's, which a list
 * does not show, uses all that its index has.
 */
export async function usersAsListed(
  layout: Layout,
  records: readonly ImageRecord[],
  users: readonly ImageUser[],
): Promise<ImageUser[]> {
  const listed = new Set(records.map(({ id }) => id));
  const known = users.filter(({ image }) => listed.has(image));
  if (known.length === users.length) return known;
  const others = users.filter(({ image }) => !listed.has(image));
  const found: ImageUser[] = [];
  for (const { id, target } of records.filter(isOfSeveral)) {
    const ids = new Set((await imagesBelow(layout, target)).map((image) => image.id));
    const own = others.filter(({ image }) => ids.has(image));
    found.push(...own.map((user) => ({ ...user, image: id })));
  }
  return [...known, ...found];
}

/** Whether an image may be one of several platforms. */
export function isOfSeveral({ target }: ImageRecord): boolean {
  return isIndexType(target.mediaType);
}

async function contentOf(
  layout: Layout,
  { digest, mediaType }: Descriptor,
): Promise<ReturnType<typeof parseManifestOrIndex> | undefined> {
  try {
    const stored = await readStoredManifest(layout, digest);
    return stored && parseManifestOrIndex(stored.bytes, mediaType);
  } catch (error) {
    if (error instanceof LayoutError || error instanceof OciError) return undefined;
    throw error;
  }
}
