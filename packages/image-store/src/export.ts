import type { Readable } from 'node:stream';
import { resolveEntry, writeLayoutTar } from '@ctrkit/layout';
import type { ArchivedImage, Layout } from '@ctrkit/layout';
import { formatReference, isNameOnly, OciError, parseReference } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';
import { readEntries } from './entries.ts';
import type { Entry } from './entries.ts';
import { matchEntries } from './find.ts';
import { ImageStoreError } from './image-store-error.ts';

export interface ExportOptions {
  /** Of images of several platforms, only that of this one. @default all that the store has */
  platform?: Platform;
  /** Names or ids of images that the receiver has: what they consist of is left out. */
  since?: readonly string[];
}

/**
 * A tar stream of a layout with these images and what they need, which `docker load` reads as well. The same
 * images give the same bytes. A name without a tag means all tags of its repository, as with `docker save`. The
 * stream fails with layout's ARCHIVE_INCOMPLETE, DIGEST_MISMATCH or SIZE_MISMATCH if the store is damaged, or
 * an image is removed meanwhile. Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID, NAME_INVALID, layout's
 * PLATFORM_NOT_FOUND.
 */
export async function exportImages(
  layout: Layout,
  namesOrIds: readonly string[],
  { platform, since = [] }: ExportOptions = {},
): Promise<Readable> {
  const images: ArchivedImage[] = [];
  for (const nameOrId of namesOrIds) {
    for (const image of await imagesCalled(layout, nameOrId)) {
      images.push(platform === undefined ? image : await ofPlatform(layout, image, platform));
    }
  }
  const known: ArchivedImage[] = [];
  for (const nameOrId of since) known.push(...(await oneImage(layout, nameOrId)));
  return writeLayoutTar(layout, unique(images), { since: known });
}

async function imagesCalled(layout: Layout, text: string): Promise<ArchivedImage[]> {
  const all = await taggedIn(layout, text);
  return all.length > 0 ? all.map(namedImage) : await oneImage(layout, text);
}

async function oneImage(layout: Layout, nameOrId: string): Promise<ArchivedImage[]> {
  const match = await matchEntries(layout, nameOrId);
  const [entry] = match?.entries ?? [];
  if (entry === undefined) throw notFound(nameOrId);
  // Asked for by its id it has no name, as with `docker save`.
  return [match?.by === 'name' ? namedImage(entry) : { descriptor: entry.descriptor }];
}

/** All tags of the repository that a name without a tag means. */
async function taggedIn(layout: Layout, text: string): Promise<Entry[]> {
  if (!isNameOnly(text)) return [];
  const wanted = repositoryOf(text);
  const entries = await readEntries(layout);
  return entries.filter(
    ({ reference }) =>
      reference?.tag !== undefined &&
      reference.registry === wanted?.registry &&
      reference.repository === wanted.repository,
  );
}

function repositoryOf(text: string): { registry: string; repository: string } | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    // An id, or a mistake that the search by name or id reports.
    if (error instanceof OciError) return undefined;
    throw error;
  }
}

function namedImage({ descriptor, reference }: Entry): ArchivedImage {
  if (reference?.tag === undefined) return { descriptor };
  return { name: formatReference(reference), descriptor };
}

async function ofPlatform(
  layout: Layout,
  { name, descriptor }: ArchivedImage,
  platform: Platform,
): Promise<ArchivedImage> {
  const { manifestDescriptor } = await resolveEntry(layout, descriptor, { platform });
  return { ...(name !== undefined && { name }), descriptor: manifestDescriptor };
}

function unique(images: readonly ArchivedImage[]): ArchivedImage[] {
  return [...new Map(images.map((image) => [keyOf(image), image])).values()];
}

function keyOf({ name, descriptor }: ArchivedImage): string {
  return `${name ?? ''} ${descriptor.digest}`;
}

// As it was given: without a tag it meant all of them, and here docker adds none.
function notFound(nameOrId: string): ImageStoreError {
  return new ImageStoreError('IMAGE_NOT_FOUND', `No such image: ${nameOrId}`, { image: nameOrId });
}
