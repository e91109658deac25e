import type { RemoveResult } from '@ctrkit/image-store';
import { familiarReference, parseReference } from '@ctrkit/oci';

/** What became of images, a line each as docker tells it: names, then images, then layers that no image has any more. */
export function removedLines(
  { untagged, images, layers }: Pick<RemoveResult, 'untagged' | 'images' | 'layers'>,
  words: { readonly untagged: string; readonly deleted: string },
): string[] {
  return [
    ...untagged.map((name) => `${words.untagged}: ${familiarReference(parseReference(name))}`),
    ...[...images, ...layers].map((id) => `${words.deleted}: ${id}`),
  ];
}
