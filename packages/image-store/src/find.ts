import { resolveEntry } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import { formatReference, OciError, parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest, Platform, Reference } from '@ctrkit/oci';
import { readEntries, sameName } from './entries.ts';
import type { Entry } from './entries.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import { readImageRecords } from './image-records.ts';

/** An image of one platform, found and read; its layers are not looked at. */
export interface StoredImage extends ResolvedImage {
  /** The digest of its configuration: docker's image id. */
  readonly id: Digest;
}

export interface FindOptions {
  /** @default that of this machine */
  readonly platform?: Platform;
  /**
   * Whether its manifest and its config, which were verified when they came, are not hashed again: for who waits for a
   * container. @default false
   */
  readonly trusted?: boolean;
}

/** What an image was called by. */
export interface Match {
  readonly by: 'name' | 'id';
  /** By name one; by id all that have it, under whatever names. */
  readonly entries: readonly Entry[];
  /** Where the id is that of an image of another platform in the index of these entries: that image's manifest. */
  readonly manifest?: Descriptor;
}

/**
 * Looks an image up as docker does: a name (with or without registry, tag or digest) first, else an id
 * or an unambiguous beginning of one. Takes no lock. Answers undefined when there is none. Throws
 * AMBIGUOUS_ID, NAME_INVALID, and what `resolveEntry` throws for a damaged image or one of another
 * platform.
 */
export async function findImage(
  layout: Layout,
  nameOrId: string,
  options: FindOptions = {},
): Promise<StoredImage | undefined> {
  const match = await matchEntries(layout, nameOrId);
  const entry = match?.entries[0];
  if (entry === undefined) return undefined;
  const found = match?.manifest ?? entry.descriptor;
  const { name: _, ...image } = await resolveEntry(layout, found, options);
  const name = entry.reference === undefined ? {} : { name: formatReference(entry.reference) };
  return { ...image, target: entry.descriptor, ...name, id: image.configDescriptor.digest };
}

/** The entries that a name or an id means, or undefined. Throws AMBIGUOUS_ID, NAME_INVALID. */
export async function matchEntries(layout: Layout, nameOrId: string): Promise<Match | undefined> {
  const isId = /^(?:sha256:)?[0-9a-f]{1,64}$/.test(nameOrId);
  const reference = referenceFrom(nameOrId, isId);
  const named = reference === undefined ? [] : await entriesNamed(layout, reference);
  if (named.length > 0) return { by: 'name', entries: named };
  return isId ? await matchId(layout, nameOrId) : undefined;
}

/** The error for an image that is not there, in docker's words. */
export function noSuchImage(nameOrId: string): ImageStoreError {
  const isId = /^sha256:[0-9a-f]+$/.test(nameOrId);
  const name = isId ? nameOrId : withTag(nameOrId);
  return new ImageStoreError('IMAGE_NOT_FOUND', `No such image: ${name}`, { image: nameOrId });
}

function withTag(name: string): string {
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}

// Sixty-four hexadecimal digits, and sha256:…, are no names to docker, but are ids.
function referenceFrom(text: string, isId: boolean): Reference | undefined {
  try {
    return parseReference(text);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    if (isId) return undefined;
    throw new ImageStoreError('NAME_INVALID', cause.message, { image: text, cause });
  }
}

async function entriesNamed(layout: Layout, wanted: Reference): Promise<Entry[]> {
  const entries = await readEntries(layout);
  const exact = entries.filter(({ reference }) => sameName(reference, wanted));
  if (exact.length > 0 || wanted.digest === undefined) return exact.slice(-1);
  // name@digest: that digest under any tag of that repository.
  const fitting = entries.filter(
    ({ reference, descriptor }) =>
      descriptor.digest === wanted.digest &&
      reference?.registry === wanted.registry &&
      reference.repository === wanted.repository,
  );
  return fitting.slice(-1);
}

async function matchId(layout: Layout, text: string): Promise<Match | undefined> {
  const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`;
  const records = await readImageRecords(layout);
  const fitting = records.filter(
    ({ id, target, manifestDescriptor }) =>
      id.startsWith(prefix) ||
      target.digest.startsWith(prefix) ||
      manifestDescriptor.digest.startsWith(prefix),
  );
  const ids = [...new Set(fitting.map(({ id }) => id))];
  if (ids.length > 1) throw ambiguous(text, ids);
  if (fitting.length > 0) return { by: 'id', entries: fitting.map(entryOf) };
  return await matchOtherPlatform(layout, text, prefix, records);
}

// What a list shows of an index is this machine's image.
async function matchOtherPlatform(
  layout: Layout,
  text: string,
  prefix: string,
  records: readonly ImageRecord[],
): Promise<Match | undefined> {
  const { imagesBelow, isOfSeveral } = await import('./images-below.ts');
  const entries: Entry[] = [];
  const found = new Map<Digest, Descriptor>();
  for (const record of records.filter(isOfSeveral)) {
    const fitting = (await imagesBelow(layout, record.target)).filter(
      ({ id, manifestDescriptor: { digest } }) =>
        id.startsWith(prefix) || digest.startsWith(prefix),
    );
    if (fitting.length > 0) entries.push(entryOf(record));
    for (const { id, manifestDescriptor } of fitting) found.set(id, manifestDescriptor);
  }
  if (found.size > 1) throw ambiguous(text, [...found.keys()]);
  const [manifest] = found.values();
  return manifest && { by: 'id', entries, manifest };
}

function entryOf({ name, target }: ImageRecord): Entry {
  return {
    descriptor: target,
    ...(name !== undefined && { reference: parseReference(name) }),
  };
}

function ambiguous(text: string, ids: string[]): ImageStoreError {
  return new ImageStoreError('AMBIGUOUS_ID', `${text}: is the beginning of several image ids`, {
    image: text,
    available: ids,
    hint: 'give more digits of the id',
  });
}
