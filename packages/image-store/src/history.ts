import type { Layout } from '@ctrkit/layout';
import type { Digest, HistoryEntry } from '@ctrkit/oci';
import { findImage, noSuchImage } from './find.ts';
import type { StoredImage } from './find.ts';
import { listImages } from './list.ts';
import { namesOf } from './names.ts';

/** One step of an image's making. */
export interface HistoryItem {
  /** Of the last step, the image's; the images of the others were never here. */
  readonly id?: Digest;
  /** RFC 3339, where the image says when. */
  readonly created?: string;
  readonly createdBy: string;
  readonly comment: string;
  /** The names of the image, in the last step. */
  readonly tags: readonly string[];
  /** The layer that it added, if it did. */
  readonly layer?: { readonly diffId: Digest; readonly digest: Digest };
  /** Bytes of that layer, as stored (compressed). */
  readonly size: number;
}

/**
 * How an image came to be, the last step first. Layers of which the image tells no step are steps that say nothing.
 * Throws as `inspectImage`.
 */
export async function imageHistory(layout: Layout, nameOrId: string): Promise<HistoryItem[]> {
  const image = await findImage(layout, nameOrId);
  if (image === undefined) throw noSuchImage(nameOrId);
  const { tags } = namesOf((await listImages(layout)).filter(({ id }) => id === image.id));
  return stepsOf(image)
    .toReversed()
    .map((step, index) => (index === 0 ? { ...step, id: image.id, tags } : step));
}

function stepsOf(image: StoredImage): HistoryItem[] {
  const layers = layersOf(image);
  const steps = (image.config.history ?? []).map((entry): HistoryItem => {
    const layer = entry.empty_layer === true ? undefined : layers.shift();
    return { ...described(entry), ...(layer ?? { size: 0 }) };
  });
  return [...steps, ...layers.map((layer): HistoryItem => ({ ...described({}), ...layer }))];
}

function layersOf({ config, manifest }: StoredImage): Pick<HistoryItem, 'layer' | 'size'>[] {
  return config.rootfs.diff_ids.map((diffId, index) => {
    const blob = manifest.layers[index];
    if (blob === undefined) return { size: 0 };
    return { layer: { diffId, digest: blob.digest }, size: blob.size };
  });
}

function described(entry: HistoryEntry): Omit<HistoryItem, 'layer' | 'size'> {
  return {
    ...(entry.created !== undefined && { created: entry.created }),
    createdBy: entry.created_by ?? '',
    comment: entry.comment ?? '',
    tags: [],
  };
}
