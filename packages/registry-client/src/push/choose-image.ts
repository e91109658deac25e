import { readWholeBlob } from './read-whole-blob.ts';
import { formatPlatform, hostPlatform } from '@ctrkit/oci';
import type { Platform } from '@ctrkit/oci';
import type { FetchedManifest } from '../fetch-manifest.ts';
import { checkConfigBytes, hasImageConfig } from '../pull/check-image.ts';
import { selectFrom } from '../pull/select-image.ts';
import { RegistryError } from '../registry-error.ts';
import { collectImage } from './collect-image.ts';
import type { ImageParts } from './collect-image.ts';
import type { ImageSource } from './image-source.ts';

/** What of an index is wanted: all of it, or the image of one platform. */
export type WantedPlatforms = 'all' | Platform;

/** What is to be pushed. */
export interface ChosenImage {
  root: FetchedManifest;
  parts: ImageParts;
  /** Set when only this platform's image was there of an index. */
  onlyPlatform?: Platform;
}

/**
 * What of an image is pushed: all, as it is; or one platform's manifest. Without a wish, all if all is there, else what
 * is there for this machine, as docker does. Throws IMAGE_INCOMPLETE, PLATFORM_NOT_FOUND, IMAGE_INVALID and what the source
 * throws.
 */
export async function chooseImage(
  source: ImageSource,
  root: FetchedManifest,
  wanted: WantedPlatforms | undefined,
  signal?: AbortSignal,
): Promise<ChosenImage> {
  if (wanted !== undefined && wanted !== 'all')
    return await ofPlatform(source, root, wanted, signal);
  try {
    return { root, parts: await collectImage(source, root, signal) };
  } catch (error) {
    const isPartial = error instanceof RegistryError && error.code === 'IMAGE_INCOMPLETE';
    if (!isPartial || wanted === 'all' || root.content.kind !== 'index') throw error;
    const onlyPlatform = hostPlatform();
    const image = await ofPlatform(source, root, onlyPlatform, signal).catch(() => undefined);
    // What is missing of all of it says more than what is missing of a part that nobody asked for.
    if (image === undefined) throw error;
    return { ...image, onlyPlatform };
  }
}

async function ofPlatform(
  source: ImageSource,
  root: FetchedManifest,
  platform: Platform,
  signal: AbortSignal | undefined,
): Promise<ChosenImage> {
  const image = await selectFrom(root, platform, source.name, async (child) => {
    if (await source.has(child)) return await source.manifest(child, signal);
    const what = `${source.name}: the image for ${formatPlatform(platform)} is not there`;
    throw new RegistryError('IMAGE_INCOMPLETE', what, { hint: 'pull it for that platform' });
  });
  if (hasImageConfig(image.manifest)) {
    const config = await readWholeBlob(source, image.manifest.config, signal);
    checkConfigBytes(config, image.manifest, platform);
  }
  const [chosen = root] = image.documents.slice(-1);
  return { root: chosen, parts: await collectImage(source, chosen, signal) };
}
