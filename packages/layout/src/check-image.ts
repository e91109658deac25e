import {
  formatPlatform,
  isManifestType,
  mediaTypes,
  parseImageConfig,
  parseManifest,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor, ImageConfig, ImageManifest, Platform } from '@ctrkit/oci';
import { imageBlobs } from './image-blobs.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { readSmallBlob } from './read-blob.ts';

const configs: ReadonlySet<string> = new Set([mediaTypes.config, mediaTypes.dockerConfig]);

/**
 * Holds every manifest of an image that is there against its configuration; the layers are not read. Throws
 * IMAGE_INVALID, oci's MANIFEST_INVALID and CONFIG_INVALID, what `readSmallBlob` throws, and the signal's reason.
 */
export async function checkImage(
  layout: Layout,
  target: Descriptor,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { present } = await imageBlobs(layout, target, { signal });
  for (const descriptor of present.filter(({ mediaType }) => isManifestType(mediaType))) {
    await checkManifest(layout, descriptor);
  }
}

/**
 * Holds one manifest against its configuration: as many layers as diff ids, and the platform that its
 * descriptor promises. Answers the configuration; undefined for artifacts that are no images. Throws like
 * `checkImage`.
 */
export async function checkManifest(
  layout: Layout,
  descriptor: Descriptor,
): Promise<{ manifest: ImageManifest; config?: ImageConfig }> {
  const manifest = parseManifest(await readSmallBlob(layout, descriptor));
  if (!configs.has(manifest.config.mediaType)) return { manifest };
  const config = parseImageConfig(await readSmallBlob(layout, manifest.config));
  const [layers, diffIds] = [manifest.layers.length, config.rootfs.diff_ids.length];
  if (layers !== diffIds) {
    throw contradiction(descriptor, `has ${layers} layers, but its configuration names ${diffIds}`);
  }
  checkPlatform(descriptor, config);
  return { manifest, config };
}

// What buildkit attaches to an image has the platform unknown/unknown on both sides, or none.
function checkPlatform(descriptor: Descriptor, config: ImageConfig): void {
  const { platform } = descriptor;
  if (platform === undefined || platform.os === 'unknown') return;
  const { os, architecture, variant } = config;
  const own: Platform = { os, architecture, ...(variant !== undefined && { variant }) };
  if (fits(descriptor, own, platform) || fits(descriptor, platform, own)) return;
  const [promised, found] = [formatPlatform(platform), formatPlatform(own)];
  throw contradiction(descriptor, `is for ${found}, but its index says ${promised}`);
}

function fits(descriptor: Descriptor, platform: Platform, wanted: Platform): boolean {
  return selectPlatform([{ ...descriptor, platform }], wanted) !== undefined;
}

function contradiction({ digest }: Descriptor, why: string): LayoutError {
  return new LayoutError('IMAGE_INVALID', `image ${digest}: ${why}`, {
    digest,
    hint: 'the image is broken at its source; ask its publisher',
  });
}
