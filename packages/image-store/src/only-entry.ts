import { findEntry, imageName, readIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { hostPlatform } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import { bareTagOf, referenceOf } from './entries.ts';
import { ImageStoreError } from './image-store-error.ts';

/** Which image of a layout: the digest decides where there is one. */
export interface OnlyImage {
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/**
 * The entry that is meant; without tag and digest that of `latest`, or the only one. Throws LayoutError IMAGE_NOT_FOUND,
 * IMAGE_AMBIGUOUS, ImageStoreError NAME_AMBIGUOUS.
 */
export async function onlyEntry(layout: Layout, { tag, digest }: OnlyImage): Promise<Descriptor> {
  if (digest !== undefined) return await findEntry(layout, { digest }, hostPlatform());
  const wanted = tag ?? 'latest';
  const { manifests } = await readIndex(layout);
  const tagged = manifests.filter(
    (entry) => bareTagOf(entry) === wanted || referenceOf(entry)?.tag === wanted,
  );
  const names = [...new Set(tagged.map((entry) => imageName(entry) ?? wanted))];
  if (names.length > 1) throw ambiguous(layout, wanted, names);
  const [name = tag] = names;
  return await findEntry(layout, name === undefined ? {} : { name }, hostPlatform());
}

function ambiguous({ directory }: Layout, tag: string, available: string[]): ImageStoreError {
  const message = `${directory}: several images have the tag ${tag}`;
  const hint = `there is ${available.slice(0, 10).join(', ')}: say which by its digest`;
  return new ImageStoreError('NAME_AMBIGUOUS', message, { path: directory, available, hint });
}
