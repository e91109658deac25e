import { updateIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Digest, HistoryEntry, ImageConfig, Platform } from '@ctrkit/oci';
import { ociLayers, requireBase, wholeHistory } from './base-image.ts';
import { named, withEntries } from './entries.ts';
import type { StoredImage } from './find.ts';
import { recordOf } from './image-record.ts';
import type { ImageRecord } from './image-record.ts';
import { ImageStoreError } from './image-store-error.ts';
import { takeLease } from './lease.ts';
import { requireImage } from './mutate.ts';
import { parseName } from './tag.ts';
import { writeImage } from './write-image.ts';

export interface RebaseOptions {
  /** The image that it was made on. */
  oldBase: string;
  /** The image that takes its place. */
  newBase: string;
  /** @default none */
  name?: string;
  /** Which images of several. @default this machine's */
  platform?: Platform;
  /** @default now */
  created?: Date;
  signal?: AbortSignal;
}

/**
 * Makes an image of the layers that another has on top of its base, on top of a new base; how it runs stays. No layer is read. The name
 * comes last; after an error no image shows. Throws IMAGE_NOT_FOUND, NAME_INVALID, NOT_BASE where the layers of the old base are not those that
 * the image begins with, PLATFORM_DIFFERS, IMAGE_INCOMPLETE, and what `writeBlob` throws.
 */
export async function rebaseImage(
  layout: Layout,
  nameOrId: string,
  { oldBase, newBase, name, platform, created = new Date(), signal }: RebaseOptions,
): Promise<ImageRecord> {
  const reference = name === undefined ? undefined : parseName(name);
  await using _ = await takeLease(layout, 'everything', signal === undefined ? {} : { signal });
  const image = await requireImage(layout, nameOrId, platform);
  const from = await requireImage(layout, oldBase, platform);
  const to = await requireImage(layout, newBase, platform);
  requirePrefix(image, from, [nameOrId, oldBase]);
  requireSamePlatform(image, to, [nameOrId, newBase]);
  await requireBase(layout, image.manifest);
  await requireBase(layout, to.manifest);
  const count = from.config.rootfs.diff_ids.length;
  const layers = [...ociLayers(to.manifest), ...ociLayers(image.manifest).slice(count)];
  const config = rebasedConfig(image.config, from.config, to.config, created.toISOString());
  const descriptor = await writeImage(layout, config, layers);
  signal?.throwIfAborted();
  await updateIndex(layout, (index) => ({
    ...index,
    manifests: withEntries(index.manifests, [named(descriptor, reference)]),
  }));
  return await recordOf(layout, { descriptor, ...(reference !== undefined && { reference }) });
}

function requirePrefix(
  image: StoredImage,
  base: StoredImage,
  [name, baseName]: readonly [string, string],
): void {
  const [all, first] = [image.config.rootfs.diff_ids, base.config.rootfs.diff_ids];
  if (first.every((id: Digest, index) => all[index] === id)) return;
  throw new ImageStoreError('NOT_BASE', `image ${name}: was not made on ${baseName}`, {
    image: name,
    hint: 'the layers of the old base must be the first ones of the image: ctr history shows both',
  });
}

function requireSamePlatform(
  { config: one }: StoredImage,
  { config: other }: StoredImage,
  [name, baseName]: readonly [string, string],
): void {
  if (one.os === other.os && one.architecture === other.architecture) return;
  const text = `image ${name}: is for ${one.os}/${one.architecture}, ${baseName} for ${other.os}/${other.architecture}`;
  throw new ImageStoreError('PLATFORM_DIFFERS', text, { image: name });
}

function rebasedConfig(
  image: ImageConfig,
  from: ImageConfig,
  to: ImageConfig,
  created: string,
): ImageConfig {
  const count = from.rootfs.diff_ids.length;
  const diffIds = [...to.rootfs.diff_ids, ...image.rootfs.diff_ids.slice(count)];
  return {
    ...image,
    created,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [...wholeHistory(to), ...ownHistory(image, from)],
  };
}

/** The steps that are not the base's: those after its layers, but for such without a layer that the base has as well. */
function ownHistory(image: ImageConfig, base: ImageConfig): HistoryEntry[] {
  const [steps, known] = [wholeHistory(image), wholeHistory(base)];
  const count = base.rootfs.diff_ids.length;
  let layers = 0;
  return steps.filter((step, index) => {
    const isBelow = layers < count;
    if (step.empty_layer !== true) layers += 1;
    const isKnown = step.empty_layer === true && sameStep(step, known[index]);
    return !isBelow && !(layers === count && isKnown);
  });
}

const sameStep = (one: HistoryEntry, other: HistoryEntry | undefined): boolean =>
  one.created === other?.created && one.created_by === other?.created_by;
