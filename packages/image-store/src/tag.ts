import { updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { OciError, parseReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
import { named, withEntries } from './entries.ts';
import { matchEntries, noSuchImage } from './find.ts';
import { ImageStoreError } from './image-store-error.ts';

/**
 * Gives an image one more name; a name that meant another image means this one from then on. Throws
 * IMAGE_NOT_FOUND, AMBIGUOUS_ID, NAME_INVALID.
 */
export async function tagImage(layout: Layout, nameOrId: string, name: string): Promise<void> {
  const reference = parseName(name);
  const found = (await matchEntries(layout, nameOrId))?.entries[0];
  if (found === undefined) throw noSuchImage(nameOrId);
  await updateIndex(layout, (index) => {
    const isThere = index.manifests.some(({ digest }) => digest === found.descriptor.digest);
    // Removed meanwhile; its blobs may be gone.
    if (!isThere) throw noSuchImage(nameOrId);
    const manifests = withEntries(index.manifests, [named(found.descriptor, reference)]);
    return { ...index, manifests };
  });
}

/** A name that an image can be given: docker's rules, without a digest. Throws NAME_INVALID. */
export function parseName(text: string): Reference {
  const reference = parseGiven(text);
  if (reference.digest === undefined) return reference;
  const why = 'refusing to create a tag with a digest reference';
  throw new ImageStoreError('NAME_INVALID', `${text}: ${why}`, { image: text });
}

function parseGiven(text: string): Reference {
  try {
    return parseReference(text);
  } catch (cause) {
    if (!(cause instanceof OciError)) throw cause;
    const message = `"${text}" is not a valid repository/tag: ${cause.message}`;
    throw new ImageStoreError('NAME_INVALID', message, { image: text, cause });
  }
}
