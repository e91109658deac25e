import { isIndexType, parseImageIndex, selectPlatform } from '@ctrkit/oci';
import type { Descriptor, Digest, Platform } from '@ctrkit/oci';
import { hasBlob } from './blobs.ts';
import { readIndex } from './index-file.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { FULL_NAME, imageName, REF_NAME } from './names.ts';
import { readSmallBlob } from './read-blob.ts';

/** What to look for; with both, both must fit. */
export interface ImageQuery {
  /** As recorded: the full reference, or the ref name. */
  name?: string;
  /** Of a manifest or an index that index.json lists, or that an index in it lists. */
  digest?: Digest;
}

/**
 * The entry that a query means. Several of one name are taken for the platforms of one image, as
 * some builders write them. Throws IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS.
 */
export async function findEntry(
  layout: Layout,
  query: ImageQuery,
  wanted: Platform,
): Promise<Descriptor> {
  const { manifests } = await readIndex(layout);
  const named = query.name === undefined ? manifests : entriesNamed(manifests, query.name);
  const fitting = query.digest === undefined ? named : await entriesOf(layout, named, query.digest);
  const [first, second] = fitting;
  if (first === undefined) throw notFound(layout, query, manifests);
  if (second === undefined || query.digest !== undefined) return first;
  if (new Set(fitting.map(imageName)).size > 1) throw ambiguous(layout, fitting);
  return selectPlatform(fitting, wanted) ?? first;
}

function entriesNamed(entries: readonly Descriptor[], name: string): Descriptor[] {
  const full = entries.filter((entry) => entry.annotations?.[FULL_NAME] === name);
  if (full.length > 0) return full;
  return entries.filter((entry) => entry.annotations?.[REF_NAME] === name);
}

async function entriesOf(
  layout: Layout,
  entries: readonly Descriptor[],
  digest: Digest,
): Promise<Descriptor[]> {
  const listed = entries.filter((entry) => entry.digest === digest);
  if (listed.length > 0) return listed;
  for (const entry of entries) {
    if (!isIndexType(entry.mediaType) || !(await hasBlob(layout, entry))) continue;
    const { manifests } = parseImageIndex(await readSmallBlob(layout, entry));
    const nested = manifests.filter((child) => child.digest === digest);
    if (nested.length > 0) return nested;
  }
  return [];
}

function notFound(
  layout: Layout,
  query: ImageQuery,
  manifests: readonly Descriptor[],
): LayoutError {
  const available = namesOf(manifests);
  const what = query.name ?? query.digest ?? 'image';
  return new LayoutError('IMAGE_NOT_FOUND', `${what}: is not in ${layout.directory}`, {
    path: layout.directory,
    available,
    ...(query.digest !== undefined && { digest: query.digest }),
    ...(available.length > 0 && { hint: `there is ${available.slice(0, 10).join(', ')}` }),
  });
}

function ambiguous(layout: Layout, entries: readonly Descriptor[]): LayoutError {
  const available = namesOf(entries);
  return new LayoutError('IMAGE_AMBIGUOUS', `${layout.directory}: holds several images`, {
    path: layout.directory,
    available,
    hint: `name one of ${available.slice(0, 10).join(', ')}`,
  });
}

function namesOf(entries: readonly Descriptor[]): string[] {
  return [...new Set(entries.map((entry) => imageName(entry) ?? entry.digest))];
}
