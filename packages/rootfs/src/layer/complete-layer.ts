import { invalidLayer } from '../rootfs-error.ts';
import { bytesOf } from './entry-operations.ts';
import { findPlace, isDirectory, placesBelow } from './layer-tree.ts';
import type { Place } from './layer-tree.ts';
import type { LayerWriter } from './layer-writer.ts';
import type { OperationSink } from './operation-sink.ts';

/** What of a layer cannot be known without the layers below it. */
export interface Leaning {
  /** Hard links to what is in a lower layer. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Directories that only their children speak of: their metadata is a lower layer's. */
  readonly parents: readonly string[];
}

/** What a layer leans on, when all of it has been read. */
export function findLeaning(root: Place): Leaning {
  const links: { path: string; target: string }[] = [];
  const parents: string[] = [];
  for (const { path, place, hidden } of placesBelow(root, '', root.opaque)) {
    if (place.kind === 'pending') links.push({ path, target: place.target ?? '' });
    if (place.kind === 'implied' && !hidden) parents.push(path);
  }
  return { links, parents };
}

export function leans({ links, parents }: Leaning): boolean {
  return links.length > 0 || parents.length > 0;
}

/** Follows links to links, to what is no link: a name of this layer, or of a lower one. */
function finalTarget(root: Place, target: string): string {
  const seen = new Set<string>();
  for (let at = target; ;) {
    const place = findPlace(root, at.split('/'));
    if (place?.kind !== 'pending' || place.target === undefined) return at;
    if (seen.has(at)) throw invalidLayer('is a link to itself', at);
    seen.add(at);
    at = place.target;
  }
}

/**
 * Completes a layer from the ones below it (directories, the uppermost first): the targets of its hard links
 * become files of its own, and parents get the metadata that they have there. Throws LAYER_INVALID.
 */
export async function completeLayer(
  writer: LayerWriter,
  plan: OperationSink,
  lowers: readonly string[],
  opaque: string,
): Promise<void> {
  const leaning = findLeaning(writer.root);
  for (const path of lowers) plan.add({ op: 'lower', path });
  const adopted = new Set<string>();
  for (const { path, target } of leaning.links) {
    await plan.flow();
    const at = finalTarget(writer.root, target);
    const place = findPlace(writer.root, at.split('/'));
    if (isDirectory(place) || place?.kind === 'whiteout' || place?.kind === 'dropped') {
      throw invalidLayer('is a link to what cannot be linked', path);
    }
    if (place === undefined && !adopted.has(at)) {
      writer.implyParents(at.split('/'));
      plan.add({ op: 'adopt', path: bytesOf(at), opaque, required: 1 });
      adopted.add(at);
    }
    plan.add({ op: 'make-hardlink', path: bytesOf(path), target: bytesOf(at) });
  }
  // Of directories the times come last, and those of lower layers over what was implied.
  await writer.finish();
  for (const path of findLeaning(writer.root).parents) {
    await plan.flow();
    plan.add({ op: 'adopt', path: bytesOf(path), opaque, required: 0 });
  }
}
