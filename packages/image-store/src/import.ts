import {
  hasBlob,
  imageBlobs,
  openLayout,
  readBlob,
  readIndex,
  readLayoutTar,
  updateIndex,
  writeBlob,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import { sweepTemporaries } from '@ctrkit/durable';
import { bareTagOf, named, readEntries, referenceOf, withEntries } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import { takeLease } from './lease.ts';
import { parseName } from './tag.ts';

export interface ImportOptions {
  /**
   * What to call the image, which must then be the only one. Without a tag it gets the one that it
   * has in the source, else latest. @default its names in the source
   */
  name?: string;
  signal?: AbortSignal;
}

/** An image layout: as a tar stream (plain, gzip or zstd), or the path of a directory. */
export type ImportSource = AsyncIterable<Uint8Array> | string;

type Naming = (descriptor: Descriptor) => Reference | undefined;

/**
 * Takes images in and answers them as they are listed then. All of them become visible in one step,
 * when every blob is there and verified; after an error, or when killed, none. An image whose source
 * tells only a tag, or nothing, and for which there is no `name`, is nameless. Throws NAME_INVALID,
 * NAME_AMBIGUOUS, IMAGE_INCOMPLETE, NOTHING_IMPORTED, and what layout's `readLayoutTar`, `openLayout`,
 * `writeBlob` throw.
 */
export async function importImages(
  layout: Layout,
  source: ImportSource,
  { name, signal }: ImportOptions = {},
): Promise<ImageRecord[]> {
  const naming = namingFor(name);
  const signalled = signal === undefined ? {} : { signal };
  await using _ = await takeLease(layout, 'everything', signalled);
  await sweepTemporaries(layout.directory);
  const descriptors =
    typeof source === 'string'
      ? await importDirectory(layout, await openLayout(source), naming, signal)
      : await importArchive(layout, source, naming, signal);
  if (descriptors.length === 0) throw nothingImported();
  return await recordsOf(layout, descriptors);
}

async function importArchive(
  layout: Layout,
  source: AsyncIterable<Uint8Array>,
  naming: Naming,
  signal: AbortSignal | undefined,
): Promise<Descriptor[]> {
  const images = await readLayoutTar(source, layout, {
    ...(signal !== undefined && { signal }),
    nameOf: (_, descriptor) => {
      const reference = naming(descriptor);
      return reference === undefined ? undefined : formatReference(reference);
    },
  });
  return images.map(({ descriptor }) => descriptor);
}

async function importDirectory(
  layout: Layout,
  from: Layout,
  naming: Naming,
  signal: AbortSignal | undefined,
): Promise<Descriptor[]> {
  const { manifests } = await readIndex(from);
  const entries = manifests.map((descriptor) => named(descriptor, naming(descriptor)));
  for (const descriptor of manifests) await copyImage(from, layout, descriptor, signal);
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, entries),
  }));
  return manifests;
}

async function copyImage(
  from: Layout,
  to: Layout,
  descriptor: Descriptor,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { present, missing } = await imageBlobs(from, descriptor);
  if (missing[0] !== undefined) throw incomplete(from, missing[0]);
  // What refers comes after what it refers to.
  for (const blob of present.toReversed()) {
    if (await hasBlob(to, blob)) continue;
    await writeBlob(to, blob, readBlob(from, blob), signal === undefined ? {} : { signal });
  }
}

function namingFor(given: string | undefined): Naming {
  if (given === undefined) return referenceOf;
  const reference = parseName(given);
  const hasTag = given.slice(given.lastIndexOf('/') + 1).includes(':');
  let first: Descriptor | undefined;
  return (descriptor) => {
    first ??= descriptor;
    if (first !== descriptor) throw several(given);
    const tag = hasTag ? undefined : (referenceOf(descriptor)?.tag ?? bareTagOf(descriptor));
    return tag === undefined ? reference : { ...reference, tag };
  };
}

async function recordsOf(layout: Layout, descriptors: Descriptor[]): Promise<ImageRecord[]> {
  const digests = new Set(descriptors.map(({ digest }) => digest));
  const entries = (await readEntries(layout)).filter(({ descriptor }) =>
    digests.has(descriptor.digest),
  );
  return await Promise.all(entries.map((entry) => recordOf(layout, entry)));
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
