import { familiarReference, parseReference } from '@ctrkit/oci';
import type { Digest, Reference } from '@ctrkit/oci';
import type { ImageRecord } from './image-record.ts';

/** The names of one image as people write them, each list in order. */
export interface ImageNames {
  /** `busybox:latest` */
  readonly tags: readonly string[];
  /** `busybox@sha256:…`: what each of its names means in its repository. */
  readonly digests: readonly string[];
}

/** The names of an image, from all records that have its id. */
export function namesOf(records: readonly ImageRecord[]): ImageNames {
  const tags = new Set<string>();
  const digests = new Set<string>();
  for (const { name, target } of records) {
    if (name === undefined) continue;
    const { registry, repository, tag } = parseReference(name);
    if (tag !== undefined) tags.add(familiarReference({ registry, repository, tag }));
    digests.add(familiarReference({ registry, repository, digest: target.digest }));
  }
  return { tags: [...tags].toSorted(), digests: [...digests].toSorted() };
}

/** The repository of a reference, as a text to compare. */
export function repositoryOf({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

/** Whether a name of this record says more than a digest does. */
export function hasTag({ name }: ImageRecord): boolean {
  return name !== undefined && parseReference(name).tag !== undefined;
}

/** Records by the id of their image, in the order in which the images first come. */
export function byImage(records: readonly ImageRecord[]): Map<Digest, ImageRecord[]> {
  const images = new Map<Digest, ImageRecord[]>();
  for (const record of records) {
    const same = images.get(record.id);
    if (same === undefined) images.set(record.id, [record]);
    else same.push(record);
  }
  return images;
}
