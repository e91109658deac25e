import { parseImageIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, Platform } from '@ctrkit/oci';
import { abortable } from './abortable.ts';
import { readContents } from './archive-contents.ts';
import type { ArchiveContents } from './archive-contents.ts';
import { invalid } from './archive-entries.ts';
import { checkImage } from './check-image.ts';
import { decompress } from './decompress.ts';
import { dockerImages } from './docker-archive.ts';
import { imageBlobs } from './image-blobs.ts';
import { updateIndex } from './index-file.ts';
import { LayoutError } from './layout-error.ts';
import type { MissingBlobs } from './layout-error.ts';
import { MARKER, parseMarker } from './layout.ts';
import type { Layout } from './layout.ts';
import { FULL_NAME, imageName, REF_NAME, withEntry } from './names.ts';
import { resolveEntry } from './resolve-image.ts';
import { sniffCompression } from './sniff-compression.ts';
import { SINCE } from './write-layout-tar.ts';
import type { ArchivedImage } from './write-layout-tar.ts';

/** How an archive is taken in. */
export interface ReadLayoutTarOptions {
  signal?: AbortSignal;
  /**
   * The name under which an image is recorded in the layout, from the one in the archive; undefined
   * for none. @default the name in the archive: its full reference where it has one, else its ref name
   */
  nameOf?: (name: string | undefined, descriptor: Descriptor) => string | undefined;
  /** Of images of several platforms, only that of this one. @default all that the archive has */
  platform?: Platform;
  /** The entries of index.json with these added. @default each takes the place of its namesake */
  joined?: (entries: Descriptor[], added: readonly ArchivedImage[]) => Descriptor[];
}

/**
 * Takes the images of an archive into a layout and answers them by the names that they have now. The archive
 * is a layout as a tar, or what `docker save` or `podman save` of any version wrote; plain, gzip or zstd.
 * Blobs go straight to disk, verified; other entries are passed over; nothing in the archive is used as a
 * path. index.json of the layout is changed once, at the end, when every image is complete, with what the
 * layout had before. After an error it is as before; blobs that were right may stay, unreferenced. Throws
 * ARCHIVE_INVALID, ARCHIVE_INCOMPLETE (with `missing`), IMAGE_INVALID, PLATFORM_NOT_FOUND, DIGEST_MISMATCH,
 * SIZE_MISMATCH, LAYER_CORRUPT and LAYER_TOO_LARGE, oci's MANIFEST_INVALID and CONFIG_INVALID, the signal's
 * reason, and what `writeBlob` and `updateIndex` throw.
 */
export async function readLayoutTar(
  source: AsyncIterable<Uint8Array>,
  layout: Layout,
  { signal, nameOf = (name) => name, platform, joined = withAll }: ReadLayoutTarOptions = {},
): Promise<ArchivedImage[]> {
  const { compression, bytes } = await sniffCompression(abortable(source, signal));
  const contents = await readContents(decompress(bytes, compression), layout);
  const { entries, since } = await imagesOf(layout, contents);
  const images: ArchivedImage[] = [];
  for (const entry of entries) {
    const descriptor = platform === undefined ? entry : await ofPlatform(layout, entry, platform);
    const name = nameOf(imageName(entry), entry);
    images.push({ ...(name !== undefined && { name }), descriptor });
  }
  await requireComplete(layout, images, since, signal);
  for (const { descriptor } of images) await checkImage(layout, descriptor, { signal });
  signal?.throwIfAborted();
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: joined(index.manifests, images),
  }));
  return images;
}

interface FoundImages {
  entries: Descriptor[];
  /** What the archive was made for: a layout that has these images. */
  since?: string;
}

async function imagesOf(layout: Layout, contents: ArchiveContents): Promise<FoundImages> {
  const { marker, index, blobs, dockerManifest } = contents;
  if (marker === undefined && index === undefined && blobs.size === 0 && dockerManifest) {
    return { entries: await dockerImages(layout, contents) };
  }
  if (marker === undefined) throw invalid(`has neither an ${MARKER} file nor a manifest.json`);
  if (index === undefined) throw invalid('has no index.json: it is no image layout');
  return parseIndex(marker, index);
}

function parseIndex(marker: Buffer, index: Buffer): FoundImages {
  try {
    parseMarker(marker, MARKER);
    const { manifests, annotations } = parseImageIndex(index);
    const since = annotations?.[SINCE];
    return { entries: manifests, ...(since !== undefined && { since }) };
  } catch (cause) {
    throw invalid('is not an image layout of version 1.0.0 with a valid index', cause);
  }
}

async function ofPlatform(
  layout: Layout,
  entry: Descriptor,
  platform: Platform,
): Promise<Descriptor> {
  const { manifestDescriptor } = await resolveEntry(layout, entry, { platform });
  const { annotations } = entry;
  return { ...manifestDescriptor, ...(annotations !== undefined && { annotations }) };
}

async function requireComplete(
  layout: Layout,
  images: readonly ArchivedImage[],
  since: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const all: MissingBlobs[] = [];
  for (const { name, descriptor } of images) {
    const { missing } = await imageBlobs(layout, descriptor, { signal });
    const blobs = missing.map(({ digest }) => digest);
    if (blobs.length > 0) all.push({ image: name ?? descriptor.digest, blobs });
  }
  if (all.length > 0) throw incomplete(all, since);
}

function incomplete(missing: MissingBlobs[], since: string | undefined): LayoutError {
  const digests = missing.flatMap(({ blobs }) => blobs);
  const [digest] = digests as [Digest, ...Digest[]];
  const lists = missing.map(({ image, blobs }) => `${image} lacks ${blobs.join(', ')}`);
  return new LayoutError('ARCHIVE_INCOMPLETE', `archive: ${lists.join('; ')}`, {
    digest,
    missing,
    hint:
      since === undefined
        ? 'it was not copied to its end, or made from an incomplete image'
        : `it holds only what is new since ${since}: pull or load that first`,
  });
}

function withAll(entries: Descriptor[], images: readonly ArchivedImage[]): Descriptor[] {
  return images.reduce<Descriptor[]>((all, image) => withEntry(all, renamed(image)), entries);
}

function renamed({ name, descriptor }: ArchivedImage): Descriptor {
  const { [REF_NAME]: _ref, [FULL_NAME]: full, ...others } = descriptor.annotations ?? {};
  if (name === undefined) return { ...descriptor, annotations: others };
  const annotations = { ...others, [REF_NAME]: name, ...(full === name && { [FULL_NAME]: full }) };
  return { ...descriptor, annotations };
}
