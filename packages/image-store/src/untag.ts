import { updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { withNameless } from './entries.ts';
import { matchEntries, noSuchImage } from './find.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { listImages } from './list.ts';
import { isEntryOf } from './remove.ts';
import { parseName } from './tag.ts';

/**
 * Takes names from an image, which stays, also without any: those given, or all that it has. Returns the names that are
 * gone, in full. Throws IMAGE_NOT_FOUND (also for a name that is not this image's), AMBIGUOUS_ID, NAME_INVALID.
 */
export async function untagImage(
  layout: Layout,
  nameOrId: string,
  names: readonly string[] = [],
): Promise<string[]> {
  const entry = (await matchEntries(layout, nameOrId))?.entries[0];
  if (entry === undefined) throw noSuchImage(nameOrId);
  const { id } = await recordOf(layout, entry);
  const going = chosen(await namedRecords(layout, id), names);
  await updateIndex(layout, (index) => {
    const isGoing = index.manifests.filter((one) => going.some((record) => isEntryOf(one, record)));
    const kept = index.manifests.filter((one) => !isGoing.includes(one));
    return { ...index, manifests: isGoing.reduce(withNameless, kept) };
  });
  return going.map(({ name }) => name ?? '');
}

async function namedRecords(layout: Layout, id: Digest): Promise<ImageRecord[]> {
  const records = await listImages(layout);
  return records.filter((record) => record.id === id && record.name !== undefined);
}

function chosen(records: readonly ImageRecord[], names: readonly string[]): readonly ImageRecord[] {
  if (names.length === 0) return records;
  return names.map((given) => {
    const name = formatReference(parseName(given));
    const found = records.find((record) => record.name === name);
    if (found === undefined) throw noSuchImage(given);
    return found;
  });
}
