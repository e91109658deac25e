import { readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import {
  formatPlatform,
  formatReference,
  isIndexType,
  OciError,
  parseImageConfig,
  parseManifestOrIndex,
  parseReference,
} from '@ctrkit/oci';
import type { Descriptor, Digest, ImageConfig, Reference } from '@ctrkit/oci';
import { matchEntries, noSuchImage } from './find.ts';
import { ImageStoreError } from './image-store-error.ts';
import type { ImageLock, LockedImage } from './image-lock.ts';

/**
 * What names mean in the store now, to be written down and pulled again elsewhere. Each must be a name: an id tells
 * no registry. Throws IMAGE_NOT_FOUND, NAME_INVALID, and what layout's `readSmallBlob` and oci's parsers throw.
 */
export async function lockImages(layout: Layout, names: readonly string[]): Promise<ImageLock> {
  const images: Record<string, LockedImage> = {};
  for (const name of names) {
    const match = await matchEntries(layout, name);
    const [entry] = match?.entries ?? [];
    if (entry === undefined) throw noSuchImage(name);
    if (match?.by === 'id') throw notAName(name);
    images[formatReference(referenceFrom(name))] = await lockOf(layout, entry.descriptor);
  }
  return { lockVersion: 1, images };
}

async function lockOf(layout: Layout, target: Descriptor): Promise<LockedImage> {
  const { digest, mediaType } = target;
  return { digest, mediaType, platforms: await platformsOf(layout, target) };
}

async function platformsOf(layout: Layout, target: Descriptor): Promise<Record<string, Digest>> {
  const content = parseManifestOrIndex(await readSmallBlob(layout, target), target.mediaType);
  if (content.kind === 'manifest') {
    const config = parseImageConfig(await readSmallBlob(layout, content.manifest.config));
    return { [platformIn(config)]: target.digest };
  }
  const platforms: Record<string, Digest> = {};
  for (const { platform, digest, mediaType } of content.index.manifests) {
    if (platform === undefined || platform.os === 'unknown' || isIndexType(mediaType)) continue;
    // The first of several is the one that is chosen.
    platforms[formatPlatform(platform)] ??= digest;
  }
  return platforms;
}

function platformIn({ os, architecture, variant }: ImageConfig): string {
  return formatPlatform({ os, architecture, ...(variant !== undefined && { variant }) });
}

function referenceFrom(name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    if (error instanceof OciError) throw notAName(name);
    throw error;
  }
}

function notAName(name: string): ImageStoreError {
  return new ImageStoreError('NAME_INVALID', `${name}: is an id, and no name that can be pulled`, {
    image: name,
    hint: 'lock it by its name, REPOSITORY:TAG',
  });
}
