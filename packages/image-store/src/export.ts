import type { Readable } from 'node:stream';
import { writeLayoutTar } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import { matchEntries, noSuchImage } from './find.ts';

/**
 * A tar stream of a layout with these images and what they need; the stream fails with layout's
 * ARCHIVE_INCOMPLETE, DIGEST_MISMATCH or SIZE_MISMATCH if the store is damaged, or an image is removed
 * meanwhile. Throws IMAGE_NOT_FOUND, AMBIGUOUS_ID, NAME_INVALID.
 */
export async function exportImages(
  layout: Layout,
  namesOrIds: readonly string[],
): Promise<Readable> {
  const images = [];
  for (const nameOrId of namesOrIds) {
    const match = await matchEntries(layout, nameOrId);
    const [entry] = match?.entries ?? [];
    if (entry === undefined) throw noSuchImage(nameOrId);
    const { descriptor, reference } = entry;
    // Asked for by its id it has no name, as with `docker save`.
    const isNamed = reference?.tag !== undefined && match?.by === 'name';
    images.push({ descriptor, ...(isNamed && { name: formatReference(reference) }) });
  }
  return writeLayoutTar(layout, images);
}
