import { imageName, nameAnnotations, updateIndex, withEntry, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import type { SelectedImage } from './select-image.ts';
import { readStored } from './stored-blob.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';

/** Writes the manifest and the indexes above it, unless they are there, whole. */
export async function storeDocuments(layout: Layout, { documents }: SelectedImage): Promise<void> {
  // What points at others comes after them.
  for (const { descriptor, bytes } of documents.toReversed()) {
    if ((await readStored(layout, descriptor)) === undefined) {
      await writeBlob(layout, descriptor, only(bytes));
    }
  }
}

/** Under what a pulled image is recorded. */
export interface RecordOptions {
  /** The ref name under which it is recorded in the layout. @default the full reference */
  name?: string;
  /** The reference that means it from then on. @default that which is pulled */
  recordAs?: Reference;
  /** The entries of index.json with the image's added. @default it takes the place of its namesake */
  joined?: (entries: Descriptor[], added: Descriptor) => Descriptor[];
}

/**
 * Records the name of an image whose blobs are all there, unless it is recorded. Answers whether it
 * points to something else than before.
 */
export async function recordName(
  layout: Layout,
  { target }: SelectedImage,
  reference: Reference,
  { name, recordAs = reference, joined = withEntry }: RecordOptions,
): Promise<boolean> {
  const fullName = nameOf(recordAs);
  const refName = name ?? fullName;
  const annotations = { ...nameAnnotations(fullName), [REF_NAME]: refName };
  let changed = false;
  // What had the name until now is told by the index that is replaced, not by an earlier look.
  await updateIndex(layout, (index) => {
    const before = index.manifests.find((entry) => imageName(entry) === fullName);
    changed = before?.digest !== target.digest;
    if (!changed && before?.annotations?.[REF_NAME] === refName) return index;
    return { ...index, manifests: joined(index.manifests, { ...target, annotations }) };
  });
  return changed;
}

/** The name of what was pulled. With a digest the tag says nothing: docker leaves it out too. */
export function nameOf(reference: Reference): string {
  const { registry, repository, digest } = reference;
  return formatReference(digest === undefined ? reference : { registry, repository, digest });
}

async function* only(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}
