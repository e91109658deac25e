import { openLayout, parseLayoutReference, resolveImage } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import { formatReference, parseReference } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';

/** An image with the layout that holds it. */
export interface FoundImage {
  readonly layout: Layout;
  readonly image: ResolvedImage;
}

/**
 * Finds what a command line names: `oci:DIR:TAG` in that layout, any other reference in the one at `root`.
 * Throws layout's LAYOUT_NOT_FOUND, IMAGE_NOT_FOUND, PLATFORM_NOT_FOUND and what reading it throws, and oci's
 * REFERENCE_INVALID.
 */
export async function findImage(
  text: string,
  root: string,
  platform?: Platform,
): Promise<FoundImage> {
  const place = parseLayoutReference(text);
  const chosen = platform === undefined ? {} : { platform };
  const layout = await openLayout(place?.directory ?? root);
  if (place !== undefined) {
    const name = place.name === undefined ? {} : { name: place.name };
    return { layout, image: await resolveImage(layout, { ...name, ...chosen }) };
  }
  const reference = parseReference(text);
  const { tag, digest } = reference;
  const query =
    tag === undefined && digest !== undefined ? { digest } : { name: formatReference(reference) };
  return { layout, image: await resolveImage(layout, { ...query, ...chosen }) };
}
