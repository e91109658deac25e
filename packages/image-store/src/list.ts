import type { Layout } from '@ctrkit/layout';
import { readEntries } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageFilter } from './filter.ts';

// Enough to keep the disk busy, and far from the limit of open files.
const AT_ONCE = 32;

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
  const entries = await readEntries(layout);
  const records: ImageRecord[] = [];
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const batch = entries.slice(start, start + AT_ONCE);
    records.push(...(await Promise.all(batch.map((entry) => recordOf(layout, entry)))));
  }
  if (filter === undefined) return records;
  const { filterImages } = await import('./filter.ts');
  return await filterImages(layout, records, filter);
}
