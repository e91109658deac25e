import {
  checkImage,
  hasBlob,
  imageBlobs,
  openLayout,
  readBlob,
  readIndex,
  readLayoutTar,
  resolveEntry,
  updateIndex,
  writeBlob,
} from '@ctrkit/layout';
import type { ArchivedImage, Layout } from '@ctrkit/layout';
import { formatReference, parseReference } from '@ctrkit/oci';
import type { Descriptor, Platform, Reference } from '@ctrkit/oci';
import { sweepTemporaries } from '@ctrkit/durable';
import {
  bareTagOf,
  claimedReference,
  isOf,
  named,
  readEntries,
  referenceOf,
  sameName,
  withEntries,
} from './entries.ts';
import type { Entry } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import { takeLease } from './lease.ts';
import { onlyEntry } from './only-entry.ts';
import type { OnlyImage } from './only-entry.ts';
import { parseName } from './tag.ts';

export interface ImportOptions {
  /**
   * What to call the image, which must then be the only one. Without a tag it gets the one that it
   * has in the source, else latest. @default its names in the source
   */
  name?: string;
  /** Of images of several platforms, only that of this one. @default all that the source has */
  platform?: Platform;
  /** Of an image layout, one image alone; whatever it is called there, it is nameless here. @default all that the source has */
  only?: OnlyImage;
  signal?: AbortSignal;
}

/**
 * An archive of images: a stream of an OCI archive or of what `docker save` writes (plain, gzip or zstd); or the path of an
 * image layout.
 */
export type ImportSource = AsyncIterable<Uint8Array> | string;

type Naming = (descriptor: Descriptor) => Reference | undefined;

/**
 * Takes images in and answers them as they are listed then. All of them become visible in one step,
 * when every blob is there and verified; after an error, or when killed, none. An image whose source
 * tells only a tag, or nothing, and for which there is no `name`, is nameless. Throws NAME_INVALID (also
 * where the source gives an image a name with the digest of another), NAME_AMBIGUOUS, IMAGE_INCOMPLETE, NOTHING_IMPORTED, and what layout's `readLayoutTar`, `openLayout`,
 * `checkImage`, `writeBlob` throw.
 */
export async function importImages(
  layout: Layout,
  source: ImportSource,
  options: ImportOptions = {},
): Promise<ImageRecord[]> {
  const { signal } = options;
  const naming = namingFor(options.name);
  const signalled = signal === undefined ? {} : { signal };
  await using _ = await takeLease(layout, 'everything', signalled);
  await sweepTemporaries(layout.directory);
  const images =
    typeof source === 'string'
      ? await importDirectory(layout, await openLayout(source), naming, options)
      : await importArchive(layout, source, naming, options);
  if (images.length === 0) throw nothingImported();
  return await recordsOf(layout, images);
}

async function importArchive(
  layout: Layout,
  source: AsyncIterable<Uint8Array>,
  naming: Naming,
  { signal, platform }: ImportOptions,
): Promise<Entry[]> {
  const images = await readLayoutTar(source, layout, {
    ...(signal !== undefined && { signal }),
    ...(platform !== undefined && { platform }),
    nameOf: (_, descriptor) => {
      const reference = naming(descriptor);
      return reference === undefined ? undefined : formatReference(reference);
    },
    joined: (manifests, added) => withEntries(manifests, added.map(entryOf).map(asNamed)),
  });
  return images.map(entryOf);
}

const entryOf = ({ name, descriptor }: ArchivedImage): Entry => ({
  descriptor,
  ...(name !== undefined && { reference: parseReference(name) }),
});

// One platform's image has not the digest of the index that it was taken from.
const asNamed = ({ descriptor, reference }: Entry): Descriptor =>
  named(descriptor, reference !== undefined && isOf(reference, descriptor) ? reference : undefined);

async function importDirectory(
  layout: Layout,
  from: Layout,
  naming: Naming,
  { signal, platform, only }: ImportOptions,
): Promise<Entry[]> {
  const all =
    only === undefined ? (await readIndex(from)).manifests : [await onlyEntry(from, only)];
  const names = only === undefined ? all.map(naming) : [];
  const images: Entry[] = [];
  for (const [at, one] of all.entries()) {
    const descriptor = await ofPlatform(from, one, platform);
    const reference = names[at];
    images.push({ descriptor, ...(reference !== undefined && { reference }) });
  }
  for (const { descriptor } of images) {
    await copyImage(from, layout, descriptor, signal);
    await checkImage(layout, descriptor, { signal });
  }
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, images.map(asNamed)),
  }));
  return images;
}

async function ofPlatform(
  from: Layout,
  entry: Descriptor,
  platform: Platform | undefined,
): Promise<Descriptor> {
  if (platform === undefined) return entry;
  return (await resolveEntry(from, entry, { platform })).manifestDescriptor;
}

async function copyImage(
  from: Layout,
  to: Layout,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { present, missing } = await imageBlobs(from, descriptor, { signal });
  if (missing[0] !== undefined) throw incomplete(from, missing[0]);
  // What refers comes after what it refers to.
  for (const blob of present.toReversed()) {
    if (await hasBlob(to, blob)) continue;
    await writeBlob(to, blob, readBlob(from, blob), signal === undefined ? {} : { signal });
  }
}

function namingFor(given: string | undefined): Naming {
  if (given === undefined) return trueReferenceOf;
  const reference = parseName(given);
  const hasTag = given.slice(given.lastIndexOf('/') + 1).includes(':');
  let first: Descriptor | undefined;
  return (descriptor) => {
    first ??= descriptor;
    if (first.digest !== descriptor.digest) throw several(given);
    const tag = hasTag ? undefined : (referenceOf(descriptor)?.tag ?? bareTagOf(descriptor));
    return tag === undefined ? reference : { ...reference, tag };
  };
}

function trueReferenceOf(descriptor: Descriptor): Reference | undefined {
  const reference = claimedReference(descriptor);
  if (reference !== undefined && !isOf(reference, descriptor))
    throw falseName(reference, descriptor);
  return reference;
}

// As they are recorded; one without a name that is there under another stays as it came.
async function recordsOf(layout: Layout, images: readonly Entry[]): Promise<ImageRecord[]> {
  const entries = await readEntries(layout);
  const recorded = images.map(
    (image) =>
      entries.find(
        ({ descriptor, reference }) =>
          descriptor.digest === image.descriptor.digest &&
          (sameName(reference, image.reference) || reference === image.reference),
      ) ?? image,
  );
  return await Promise.all(recorded.map((entry) => recordOf(layout, entry)));
}

function falseName(reference: Reference, { digest }: Descriptor): ImageStoreError {
  const name = formatReference(reference);
  return new ImageStoreError('NAME_INVALID', `${name}: is not the name of ${digest}`, {
    image: name,
    digest,
    hint: 'the source says so, and cannot be trusted; import it with --name to call it otherwise',
  });
}

function several(name: string): ImageStoreError {
  return new ImageStoreError('NAME_AMBIGUOUS', `${name}: cannot name several images`, {
    image: name,
    hint: 'import them without --name, and tag them then',
  });
}

function incomplete({ directory }: Layout, { digest }: Descriptor): ImageStoreError {
  return new ImageStoreError('IMAGE_INCOMPLETE', `${directory}: lacks blob ${digest}`, {
    path: directory,
    digest,
    hint: 'it was not copied to its end, or made from an incomplete image',
  });
}

function nothingImported(): ImageStoreError {
  return new ImageStoreError('NOTHING_IMPORTED', 'the layout holds no image');
}
