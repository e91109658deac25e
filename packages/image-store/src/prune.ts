import type { Layout } from '@ctrkit/layout';
import { filterImages, newestFirst } from './filter.ts';
import type { ImageFilter } from './filter.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import type { ImageUser } from './image-user.ts';
import { usersAsListed } from './images-below.ts';
import { listImages } from './list.ts';
import { removeRecord } from './remove.ts';
import type { RemoveResult } from './remove.ts';

export interface PruneOptions {
  /** Every image that nobody uses, not only those without a tag. @default false */
  readonly all?: boolean;
  /** Only those that fit. */
  readonly filter?: Pick<ImageFilter, 'until' | 'labels' | 'withoutLabels'>;
  /** Who uses images: theirs stay. @default nobody */
  readonly users?: () => readonly ImageUser[];
  /** Only these, whatever else is not used by now. @default all there are */
  readonly only?: readonly ImageRecord[];
  readonly signal?: AbortSignal;
}

/** What `pruneImages` would remove: one record for each name, the newest image first. Takes no lock. Throws FILTER_INVALID. */
export async function findPrunable(
  layout: Layout,
  { all = false, filter = {}, users = () => [] }: PruneOptions = {},
): Promise<ImageRecord[]> {
  const records = await listImages(layout);
  const using = await usersAsListed(layout, records, users());
  const used = new Set(using.map(({ image }) => image));
  const scope = all ? filter : { ...filter, dangling: true };
  const found = await filterImages(layout, records, scope);
  return newestFirst(found.filter(({ id }) => !used.has(id)));
}

/**
 * Removes the images that nobody uses: those whose names have no tag, or all. Who begins to use one meanwhile keeps it,
 * and so does who gives it a name; a name that means another image by then stays. Killed half-way it has removed some.
 * Throws what `removeRecord` throws, but for images that are gone or used by then.
 */
export async function pruneImages(
  layout: Layout,
  options: PruneOptions = {},
): Promise<RemoveResult> {
  const { only, signal, users } = options;
  const result: RemoveResult = { untagged: [], images: [], layers: [], deleted: [], reclaimed: 0 };
  const records = await findPrunable(layout, options);
  for (const record of records.filter((one) => isAmong(one, only))) {
    const removed = await removeUnused(layout, record, {
      ...(users !== undefined && { users }),
      ...(signal !== undefined && { signal }),
    });
    result.untagged.push(...removed.untagged);
    result.images.push(...removed.images);
    result.layers.push(...removed.layers);
    result.deleted.push(...removed.deleted);
    result.reclaimed += removed.reclaimed;
  }
  return result;
}

function isAmong({ name, target }: ImageRecord, only: readonly ImageRecord[] | undefined): boolean {
  if (only === undefined) return true;
  return only.some((other) => other.target.digest === target.digest && other.name === name);
}

const gone: RemoveResult = { untagged: [], images: [], layers: [], deleted: [], reclaimed: 0 };

async function removeUnused(
  layout: Layout,
  record: ImageRecord,
  options: Pick<PruneOptions, 'users' | 'signal'>,
): Promise<RemoveResult> {
  try {
    return await removeRecord(layout, record, options);
  } catch (error) {
    const isLeft =
      error instanceof ImageStoreError && ['IMAGE_NOT_FOUND', 'IMAGE_IN_USE'].includes(error.code);
    if (!isLeft) throw error;
    return gone;
  }
}
