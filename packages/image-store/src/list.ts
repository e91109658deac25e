import type { Layout } from '@ctrkit/layout';
import type { ImageFilter } from './filter.ts';
import type { ImageRecord } from './image-record.ts';
import { readImageRecords } from './image-records.ts';

export interface ListOptions {
  /** @default {} (all) */
  filter?: ImageFilter;
}

/**
 * The images that fit, a record for each name, in the order of index.json: the newest name last. Throws what
 * `filterImages` throws.
 */
export async function listImages(
  layout: Layout,
  { filter }: ListOptions = {},
): Promise<ImageRecord[]> {
  const records = await readImageRecords(layout);
  if (filter === undefined) return records;
  const { filterImages } = await import('./filter.ts');
  return await filterImages(layout, records, filter);
}
