import { emptyTrash } from '@ctrkit/durable';
import { updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Descriptor, Digest, ImageIndex } from '@ctrkit/oci';
import { discardUnreferenced, trashDirectory } from './collect-garbage.ts';
import { reachableFrom } from './content.ts';
import { referenceOf, sameName } from './entries.ts';
import type { Entry } from './entries.ts';
import { matchEntries, noSuchImage } from './find.ts';
import type { Match } from './find.ts';
import { ImageStoreError } from './image-store-error.ts';
import { acquireGarbageLock } from './lease.ts';

export interface RemoveOptions {
  /** By id: also when the image has several names. @default false */
  force?: boolean;
  /** Blobs to keep, with all that they refer to: what containers use, for example. */
  keep?: readonly Digest[];
  signal?: AbortSignal;
}

export interface RemoveResult {
  /** The names that are gone, in full. */
  untagged: string[];
  /** The blobs that are gone: those that nothing else refers to. */
  deleted: Digest[];
  /** Bytes that they had. */
  reclaimed: number;
}

/**
 * Removes a name and, with the last name of an image, the blobs that only it had. By id, all names of
 * the image. What a living lease keeps is left for a later collection. Killed half-way, the name is
 * gone and the rest is garbage. Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID, IMAGE_HAS_SEVERAL_NAMES,
 * NAME_INVALID.
 */
export async function removeImage(
  layout: Layout,
  nameOrId: string,
  { force = false, keep = [], signal }: RemoveOptions = {},
): Promise<RemoveResult> {
  const lock = await acquireGarbageLock(layout, signal === undefined ? {} : { signal });
  let result: RemoveResult;
  try {
    const match = await matchEntries(layout, nameOrId);
    if (match === undefined) throw noSuchImage(nameOrId);
    if (!force) refuseSeveral(nameOrId, match);
    result = await removeEntries(layout, match.entries, keep);
  } finally {
    lock?.release();
  }
  await emptyTrash(trashDirectory(layout));
  return result;
}

async function removeEntries(
  layout: Layout,
  entries: readonly Entry[],
  keep: readonly Digest[],
): Promise<RemoveResult> {
  await updateIndex(layout, (index) => without(index, entries));
  const { deleted, reclaimed } = await discardContent(layout, entries, keep);
  const untagged = entries.flatMap(({ reference }) =>
    reference === undefined ? [] : [formatReference(reference)],
  );
  return { untagged, deleted, reclaimed };
}

// Where this image or another is damaged, the name goes all the same; what it had is left for a
// collection that can tell what is needed.
async function discardContent(
  layout: Layout,
  entries: readonly Entry[],
  keep: readonly Digest[],
): Promise<{ deleted: Digest[]; reclaimed: number }> {
  try {
    const had = await reachableFrom(
      layout,
      entries.map(({ descriptor }) => descriptor),
    );
    return await discardUnreferenced(layout, had, keep);
  } catch (error) {
    if (!(error instanceof ImageStoreError && error.code === 'IMAGE_DAMAGED')) throw error;
    return { deleted: [], reclaimed: 0 };
  }
}

function without(index: ImageIndex, entries: readonly Entry[]): ImageIndex {
  const isRemoved = (descriptor: Descriptor): boolean => {
    const reference = referenceOf(descriptor);
    return entries.some((entry) =>
      entry.reference === undefined
        ? reference === undefined && entry.descriptor.digest === descriptor.digest
        : sameName(entry.reference, reference),
    );
  };
  return { ...index, manifests: index.manifests.filter((entry) => !isRemoved(entry)) };
}

function refuseSeveral(nameOrId: string, { by, entries }: Match): void {
  if (by === 'name' || entries.length < 2) return;
  const names = entries.flatMap(({ reference }) =>
    reference === undefined ? [] : [formatReference(reference)],
  );
  throw new ImageStoreError('IMAGE_HAS_SEVERAL_NAMES', `${nameOrId}: has several names`, {
    image: nameOrId,
    available: names,
    hint: `remove them by name (${names.join(', ')}), or use --force`,
  });
}
