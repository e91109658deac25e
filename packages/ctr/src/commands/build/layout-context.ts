import { BuildError } from '@ctrkit/build';
import type { GivenContext } from '@ctrkit/build';
import { openImageStore } from '@ctrkit/image-store';
import type { OnlyImage } from '@ctrkit/image-store';
import { isDigest } from '@ctrkit/oci';

/** An image in a layout: where that is, and which one. */
interface LayoutImage extends OnlyImage {
  readonly path: string;
}

/** `PATH[:TAG][@DIGEST]`. Throws BuildError CONTEXT_INVALID. */
export function parseLayoutImage(reference: string): LayoutImage {
  const [, named = reference, digest] = /^(.*)@([^@/]*)$/s.exec(reference) ?? [];
  if (digest !== undefined && !isDigest(digest)) {
    throw new BuildError('CONTEXT_INVALID', `oci-layout://${reference}: ${JSON.stringify(digest)} is no digest`); // prettier-ignore
  }
  const [, path = named, tag] = /^(.*):([^:/]*)$/s.exec(named) ?? [];
  if (path === '') throw new BuildError('CONTEXT_INVALID', `oci-layout://${reference}: has no path`); // prettier-ignore
  return { path, tag, digest };
}

/**
 * Takes an image of a layout into the store, under no name, and gives it as a context: by its digest, so that nothing else can be
 * meant. Throws BuildError CONTEXT_INVALID, and what the store's `import` throws.
 */
export async function openLayoutContext(
  reference: string,
  { root, signal }: { readonly root: string; readonly signal?: AbortSignal | undefined },
): Promise<GivenContext> {
  const { path, ...only } = parseLayoutImage(reference);
  const store = await openImageStore({ root });
  const [image] = await store.import(path, { only, ...(signal !== undefined && { signal }) });
  if (image === undefined) throw new TypeError('an import brings what it is asked for');
  return { type: 'image', name: image.target.digest };
}
