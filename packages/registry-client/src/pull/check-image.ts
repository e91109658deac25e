import { readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { formatPlatform, mediaTypes, parseImageConfig, selectPlatform } from '@ctrkit/oci';
import type { Descriptor, ImageConfig, ImageManifest, Platform } from '@ctrkit/oci';
import { RegistryError } from '../registry-error.ts';

const MOST_CONFIG_BYTES = 4 * 1024 * 1024;

const imageConfigs: ReadonlySet<string> = new Set([mediaTypes.config, mediaTypes.dockerConfig]);

/**
 * The blobs that a manifest needs, each once, its config first. Layers' `urls` are not followed: they may
 * lead anywhere, and registries keep such layers too. Throws IMAGE_INVALID for a config beyond 4 MiB, and
 * for one digest with two sizes.
 */
export function blobsOf({ config, layers }: ImageManifest): Descriptor[] {
  if (config.size > MOST_CONFIG_BYTES) {
    throw invalid(`its config ${config.digest} has ${config.size} bytes; at most 4 MiB are read`);
  }
  const blobs = new Map<string, Descriptor>();
  for (const blob of [config, ...layers]) {
    const known = blobs.get(blob.digest) ?? blob;
    if (known.size !== blob.size) throw invalid(`two sizes for one blob, ${blob.digest}`);
    blobs.set(blob.digest, known);
  }
  return [...blobs.values()];
}

/**
 * Reads the config of an image, when it is in the layout, and holds it to the manifest and to the platform
 * that was asked for, if one was. Undefined for artifacts that are no images. Throws IMAGE_INVALID, PLATFORM_NOT_FOUND, oci's
 * CONFIG_INVALID.
 */
export async function checkConfig(
  layout: Layout,
  manifest: ImageManifest,
  wanted: Platform | undefined,
): Promise<ImageConfig | undefined> {
  if (!hasImageConfig(manifest)) return undefined;
  return checkConfigBytes(await readSmallBlob(layout, manifest.config), manifest, wanted);
}

/** Whether a manifest is that of a container image, and of no other artifact. */
export function hasImageConfig({ config }: ImageManifest): boolean {
  return imageConfigs.has(config.mediaType);
}

/** The same for the bytes of the config, from wherever they are. Throws IMAGE_INVALID, PLATFORM_NOT_FOUND, oci's CONFIG_INVALID. */
export function checkConfigBytes(
  bytes: Uint8Array,
  { config, layers }: ImageManifest,
  wanted: Platform | undefined,
): ImageConfig {
  const image = parseImageConfig(bytes);
  const { os, architecture, variant, rootfs } = image;
  if (rootfs.diff_ids.length !== layers.length) {
    throw invalid(`${layers.length} layers, but its config names ${rootfs.diff_ids.length}`);
  }
  const platform: Platform = { os, architecture, ...(variant !== undefined && { variant }) };
  if (wanted === undefined || selectPlatform([{ ...config, platform }], wanted)) return image;
  throw new RegistryError(
    'PLATFORM_NOT_FOUND',
    `the image is for ${formatPlatform(platform)}, not for ${formatPlatform(wanted)}`,
    { hint: `ask for --platform ${formatPlatform(platform)}, or for none` },
  );
}

function invalid(why: string): RegistryError {
  return new RegistryError('IMAGE_INVALID', `the manifest contradicts itself: ${why}`);
}
