import { DurableError } from '@ctrkit/durable';
import { readIndex, updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { chainIds, parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageIndex } from '@ctrkit/oci';
import { discardUnreferenced, emptyBlobTrash } from './collect-garbage.ts';
import { reachableFrom } from './content.ts';
import { readEntries, referenceOf, sameName, withNameless } from './entries.ts';
import { matchEntries, noSuchImage } from './find.ts';
import type { Match } from './find.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import type { ImageUser } from './image-user.ts';
import { usersAsListed } from './images-below.ts';
import { acquireGarbageLock } from './lease.ts';
import { listImages } from './list.ts';
import { planRemoval } from './plan-removal.ts';
import type { RemovalPlan } from './plan-removal.ts';

export interface RemoveOptions {
  /** Also what stopped containers use; by id, also when the image has several names. @default false */
  force?: boolean;
  /** Who uses images; asked while nothing else is removed. @default nobody */
  users?: () => readonly ImageUser[];
  /** Blobs to keep, with all that they refer to. */
  keep?: readonly Digest[];
  signal?: AbortSignal;
}

export interface RemoveResult {
  /** The names that are gone, in full. */
  untagged: string[];
  /** The ids of images that are gone with their last name. */
  images: Digest[];
  /** The chain ids of layers that no image has any more, the uppermost first. */
  layers: Digest[];
  /** The blobs that are gone: those that nothing else refers to. */
  deleted: Digest[];
  /** Bytes that these blobs had. */
  reclaimed: number;
}

/**
 * Removes a name and, with the last name of an image, the image and the blobs that only it had; by id, the image with
 * its name. The rules are docker's, see `planRemoval`. What a living lease keeps is left for a later collection. Killed
 * half-way, the name is gone and the rest is garbage; on a full disk, where no name can be removed before there is
 * room, it is the other way round: the name may then be left with an image that lacks blobs, until it is removed again.
 * Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID, IMAGE_HAS_SEVERAL_NAMES, IMAGE_IN_USE, NAME_INVALID.
 */
export async function removeImage(
  layout: Layout,
  nameOrId: string,
  options: RemoveOptions = {},
): Promise<RemoveResult> {
  return await removeMatched(layout, nameOrId, () => matchEntries(layout, nameOrId), options);
}

/**
 * Removes the entry that a record was read from, and with the last entry of an image the image; if that entry is
 * still what it was. Otherwise as `removeImage`: IMAGE_NOT_FOUND also where its name means another image by now, or it
 * has got a name.
 */
export async function removeRecord(
  layout: Layout,
  record: ImageRecord,
  options: RemoveOptions = {},
): Promise<RemoveResult> {
  const match = async (): Promise<Match | undefined> => {
    const entries = await readEntries(layout);
    const entry = entries.find(({ descriptor }) => isEntryOf(descriptor, record));
    return entry && { by: 'name', entries: [entry] };
  };
  return await removeMatched(layout, record.name ?? record.id, match, options);
}

async function removeMatched(
  layout: Layout,
  given: string,
  matching: () => Promise<Match | undefined>,
  { force = false, users = () => [], keep = [], signal }: RemoveOptions,
): Promise<RemoveResult> {
  const lock = await acquireGarbageLock(layout, signal === undefined ? {} : { signal });
  let result: RemoveResult;
  try {
    const match = await matching();
    if (match === undefined) throw noSuchImage(given);
    const records = await listImages(layout);
    const using = await usersAsListed(layout, records, users());
    const plan = planRemoval({ match, given, records, users: using, force });
    result = { ...(await carryOut(layout, plan, keep)), ...(await goneWith(layout, plan)) };
  } finally {
    lock?.release();
  }
  await emptyBlobTrash(layout);
  return result;
}

type Discarded = Pick<RemoveResult, 'deleted' | 'reclaimed'>;

async function carryOut(
  layout: Layout,
  plan: RemovalPlan,
  keep: readonly Digest[],
): Promise<Discarded> {
  try {
    await updateIndex(layout, (index) => without(index, plan));
    return await discardContent(layout, plan, keep);
  } catch (error) {
    if (!(error instanceof DurableError && error.code === 'NO_SPACE')) throw error;
    return await onFullDisk(layout, plan, keep, error);
  }
}

// The index is written beside the old one, for which there is no room; there is when the blobs are gone.
async function onFullDisk(
  layout: Layout,
  plan: RemovalPlan,
  keep: readonly Digest[],
  error: unknown,
): Promise<Discarded> {
  await emptyBlobTrash(layout);
  const discarded = await discardContent(
    layout,
    plan,
    keep,
    without(await readIndex(layout), plan),
  );
  await emptyBlobTrash(layout);
  if (discarded.deleted.length === 0) throw error;
  await updateIndex(layout, (index) => without(index, plan));
  return discarded;
}

// Where this image or another is damaged, the name goes all the same; what it had is left for a
// collection that can tell what is needed.
async function discardContent(
  layout: Layout,
  { records }: RemovalPlan,
  keep: readonly Digest[],
  index?: ImageIndex,
): Promise<Discarded> {
  try {
    const had = await reachableFrom(
      layout,
      records.map(({ target }) => target),
    );
    const { deleted, reclaimed } = await discardUnreferenced(layout, had, keep, index);
    return { deleted, reclaimed };
  } catch (error) {
    if (!(error instanceof ImageStoreError && error.code === 'IMAGE_DAMAGED')) throw error;
    return { deleted: [], reclaimed: 0 };
  }
}

async function goneWith(
  layout: Layout,
  { id, records }: RemovalPlan,
): Promise<Omit<RemoveResult, keyof Discarded>> {
  const left = await listImages(layout);
  const isGone = !left.some((record) => record.id === id);
  const kept = new Set(left.flatMap(({ layers }) => chainIds(layers)));
  const own = isGone ? chainIds(records[0]?.layers ?? []) : [];
  return {
    untagged: records.flatMap(({ name }) => (name === undefined ? [] : [name])),
    images: isGone ? [id] : [],
    layers: own.filter((chain) => !kept.has(chain)).toReversed(),
  };
}

// Names are given and taken without a lock: one that means something else by now is no part of the plan.
function without(index: ImageIndex, { given, records, keepsImage }: RemovalPlan): ImageIndex {
  const isRemoved = (descriptor: Descriptor): boolean =>
    records.some((record) => isEntryOf(descriptor, record));
  const removed = index.manifests.filter(isRemoved);
  if (removed.length === 0) throw noSuchImage(given);
  const kept = index.manifests.filter((entry) => !isRemoved(entry));
  return { ...index, manifests: (keepsImage ? removed : []).reduce(withNameless, kept) };
}

/** Whether that is the entry which a record was read from. */
export function isEntryOf(descriptor: Descriptor, { name, target }: ImageRecord): boolean {
  if (descriptor.digest !== target.digest) return false;
  const reference = referenceOf(descriptor);
  if (name === undefined) return reference === undefined;
  return sameName(reference, parseReference(name));
}
