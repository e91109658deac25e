import { imageName, nameAnnotations, readIndex, tagManifest, writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatReference } from '@ctrkit/oci';
import type { Reference } from '@ctrkit/oci';
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

/**
 * Records the name of an image whose blobs are all there, unless it is recorded. Answers whether it
 * points to something else than before.
 */
export async function recordName(
  layout: Layout,
  { target }: SelectedImage,
  reference: Reference,
  name: string | undefined,
): Promise<boolean> {
  const fullName = nameOf(reference);
  const refName = name ?? fullName;
  const { manifests } = await readIndex(layout);
  const before = manifests.find((entry) => imageName(entry) === fullName);
  const changed = before?.digest !== target.digest;
  if (changed || before?.annotations?.[REF_NAME] !== refName) {
    await tagManifest(layout, refName, { ...target, annotations: nameAnnotations(fullName) });
  }
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
