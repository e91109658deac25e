import { formatReference, OciError, parseReference } from '@ctrkit/oci';
import type { Descriptor, Reference } from '@ctrkit/oci';
import type { Layout } from './layout.ts';
import { updateIndex } from './index-file.ts';

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md */
export const REF_NAME = 'org.opencontainers.image.ref.name';
/** The full reference, as containerd, docker and buildkit record it beside a short `REF_NAME`. */
export const FULL_NAME = 'io.containerd.image.name';

/** The name of an entry of index.json: the full reference where one is recorded, else its ref name. */
export function imageName(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[FULL_NAME] ?? descriptor.annotations?.[REF_NAME];
}

/**
 * The annotations under which both skopeo (by tag) and docker (by full reference) find the image of a
 * full reference with a tag, such as docker.io/library/busybox:latest. Any other name is recorded as it is.
 */
export function nameAnnotations(name: string): Record<string, string> {
  const tag = fullReference(name)?.tag;
  return tag === undefined ? { [REF_NAME]: name } : { [REF_NAME]: tag, [FULL_NAME]: name };
}

/**
 * Records `descriptor` in index.json under `name` (its `org.opencontainers.image.ref.name`), in place
 * of whatever had that name; the descriptor's other annotations are kept. The blobs should be there
 * already. Throws like `updateIndex`.
 */
export async function tagManifest(
  layout: Layout,
  name: string,
  descriptor: Descriptor,
): Promise<void> {
  const annotations = { ...descriptor.annotations, [REF_NAME]: name };
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntry(index.manifests, { ...descriptor, annotations }),
  }));
}

/** The entries with one more, in place of its namesake and of a nameless entry of the same digest. */
export function withEntry(entries: readonly Descriptor[], added: Descriptor): Descriptor[] {
  const name = added.annotations?.[REF_NAME];
  const kept = entries.filter((entry) => {
    const other = entry.annotations?.[REF_NAME];
    return other === undefined ? entry.digest !== added.digest : other !== name;
  });
  const known = name === undefined && entries.some(({ digest }) => digest === added.digest);
  return known ? [...entries] : [...kept, added];
}

/** The reference that a name is, if it is one in full: nothing left out, nothing to be added. */
export function fullReference(name: string): Reference | undefined {
  try {
    const reference = parseReference(name);
    return formatReference(reference) === name ? reference : undefined;
  } catch (error) {
    if (error instanceof OciError) return undefined;
    throw error;
  }
}
