import type { Layout } from '@ctrkit/layout';
import { readEntries } from './entries.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';

// Enough to keep the disk busy, and far from the limit of open files.
const AT_ONCE = 32;

/** A record for each name, in the order of index.json: the newest name last. */
export async function readImageRecords(layout: Layout): Promise<ImageRecord[]> {
  const entries = await readEntries(layout);
  const records: ImageRecord[] = [];
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const batch = entries.slice(start, start + AT_ONCE);
    records.push(...(await Promise.all(batch.map((entry) => recordOf(layout, entry)))));
  }
  return records;
}
