import { isDigest, parseDigest, parseImageIndex } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageIndex } from '@ctrkit/oci';
import { abortable } from './abortable.ts';
import { archiveEntries, invalid } from './archive-entries.ts';
import type { ArchiveEntry } from './archive-entries.ts';
import { decompress } from './decompress.ts';
import { imageBlobs } from './image-blobs.ts';
import { updateIndex } from './index-file.ts';
import { LayoutError } from './layout-error.ts';
import { MARKER, parseMarker } from './layout.ts';
import type { Layout } from './layout.ts';
import { FULL_NAME, imageName, REF_NAME, withEntry } from './names.ts';
import { sniffCompression } from './sniff-compression.ts';
import { writeBlob } from './write-blob.ts';
import type { ArchivedImage } from './write-layout-tar.ts';

const LARGEST_JSON = 4 * 1024 * 1024;

/** How an archive is taken in. */
export interface ReadLayoutTarOptions {
  signal?: AbortSignal;
  /**
   * The name under which an image is recorded in the layout, from the one in the archive; undefined
   * for none. @default the name in the archive: its full reference where it has one, else its ref name
   */
  nameOf?: (name: string | undefined, descriptor: Descriptor) => string | undefined;
}

/**
 * Takes the images of an archive (a layout as a tar, plain, gzip or zstd) into a layout and answers
 * what its index.json listed, by the names that they have now. Blobs go straight to disk, verified by
 * their names; other entries are passed over; nothing in the archive is used as a path. index.json of
 * the layout is changed once, at the end, when every image is complete. After an error it is as before;
 * blobs that were right may stay, unreferenced. Throws ARCHIVE_INVALID, ARCHIVE_INCOMPLETE,
 * DIGEST_MISMATCH, SIZE_MISMATCH, LAYER_CORRUPT and LAYER_TOO_LARGE (of the outer compression), the
 * signal's reason, and what `writeBlob` and `updateIndex` throw.
 */
export async function readLayoutTar(
  source: AsyncIterable<Uint8Array>,
  layout: Layout,
  { signal, nameOf = (name) => name }: ReadLayoutTarOptions = {},
): Promise<ArchivedImage[]> {
  const { compression, bytes } = await sniffCompression(abortable(source, signal));
  const contents = await readContents(decompress(bytes, compression), layout);
  const images = archivedImages(contents, nameOf);
  for (const { descriptor } of images) await requireComplete(layout, descriptor);
  signal?.throwIfAborted();
  await updateIndex(layout, (index) => ({ ...index, manifests: withAll(index, images) }));
  return images;
}

interface Contents {
  marker?: Buffer;
  index?: Buffer;
  blobs: Set<Digest>;
}

async function readContents(tar: AsyncIterable<Buffer>, layout: Layout): Promise<Contents> {
  const contents: Contents = { blobs: new Set() };
  for await (const entry of archiveEntries(tar)) {
    if (entry.isFile) await takeEntry(entry, contents, layout);
  }
  return contents;
}

async function takeEntry(entry: ArchiveEntry, contents: Contents, layout: Layout): Promise<void> {
  const path = entry.path.replace(/^\.\//, '');
  const digest = blobDigest(path);
  if (digest !== undefined) {
    if (contents.blobs.has(digest)) return;
    await writeBlob(layout, { digest, size: entry.size }, entry.body);
    contents.blobs.add(digest);
  } else if (path === 'index.json') {
    if (contents.index !== undefined) throw invalid('has more than one index.json');
    contents.index = await readSmall(entry);
  } else if (path === MARKER) {
    if (contents.marker !== undefined) throw invalid(`has more than one ${MARKER}`);
    contents.marker = await readSmall(entry);
  }
}

function blobDigest(path: string): Digest | undefined {
  const match = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(path);
  if (match === null) return undefined;
  const text = `${match[1]}:${match[2]}`;
  return isDigest(text) ? parseDigest(text) : undefined;
}

async function readSmall(entry: ArchiveEntry): Promise<Buffer> {
  if (entry.size > LARGEST_JSON) throw invalid(`has an ${entry.path} of over 4 MiB`);
  const chunks: Buffer[] = [];
  for await (const chunk of entry.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function archivedImages(
  { marker, index }: Contents,
  nameOf: NonNullable<ReadLayoutTarOptions['nameOf']>,
): ArchivedImage[] {
  if (marker === undefined) throw invalid(`has no ${MARKER} file: it is no image layout`);
  if (index === undefined) throw invalid('has no index.json: it is no image layout');
  return parseContents(marker, index).manifests.map((entry) => {
    const name = nameOf(imageName(entry), entry);
    return { ...(name !== undefined && { name }), descriptor: entry };
  });
}

function parseContents(marker: Buffer, index: Buffer): ImageIndex {
  try {
    parseMarker(marker, MARKER);
    return parseImageIndex(index);
  } catch (cause) {
    throw invalid('is not an image layout of version 1.0.0 with a valid index', cause);
  }
}

async function requireComplete(layout: Layout, descriptor: Descriptor): Promise<void> {
  const { missing } = await imageBlobs(layout, descriptor);
  const [first] = missing;
  if (first === undefined) return;
  throw new LayoutError('ARCHIVE_INCOMPLETE', `archive: blob ${first.digest} is not in it`, {
    digest: first.digest,
    hint: 'it was not copied to its end, or made from an incomplete image',
  });
}

function withAll(index: ImageIndex, images: readonly ArchivedImage[]): Descriptor[] {
  return images.reduce<Descriptor[]>(
    (entries, image) => withEntry(entries, renamed(image)),
    index.manifests,
  );
}

function renamed({ name, descriptor }: ArchivedImage): Descriptor {
  const { [REF_NAME]: _ref, [FULL_NAME]: full, ...others } = descriptor.annotations ?? {};
  if (name === undefined) return { ...descriptor, annotations: others };
  const annotations = { ...others, [REF_NAME]: name, ...(full === name && { [FULL_NAME]: full }) };
  return { ...descriptor, annotations };
}
