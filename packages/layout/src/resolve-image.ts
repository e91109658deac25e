import {
  formatPlatform,
  hostPlatform,
  isIndexType,
  parseImageConfig,
  parseManifestOrIndex,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor, Digest, ImageConfig, ImageManifest, Platform } from '@ctrkit/oci';
import { findEntry } from './find-entry.ts';
import type { ImageQuery } from './find-entry.ts';
import { LayoutError } from './layout-error.ts';
import type { Layout } from './layout.ts';
import { imageName } from './names.ts';
import { readSmallBlob } from './read-blob.ts';

/** Which image, and for which machine. */
export interface ResolveOptions extends ImageQuery {
  /** @default that of this machine; given, it must match also where there is no choice */
  platform?: Platform;
  /** Whether the layout's manifests and configs were verified when they came; see `readSmallBlob`. @default false */
  trusted?: boolean;
}

/** An image of one platform, found and read. */
export interface ResolvedImage {
  name?: string;
  /** What the name points at: an index, or the manifest itself. */
  target: Descriptor;
  manifestDescriptor: Descriptor;
  manifest: ImageManifest;
  configDescriptor: Descriptor;
  config: ImageConfig;
}

// Real images nest an index in index.json, and some tools one more in that.
const DEEPEST = 4;

/**
 * Finds an image by its name, by the digest of its manifest or index, or, with neither, the only one
 * there is; follows indexes to the manifest of the platform; reads manifest and config. Layers are not
 * looked at. Throws IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, PLATFORM_NOT_FOUND (both list what there is),
 * BLOB_NOT_FOUND, DIGEST_MISMATCH, SIZE_MISMATCH, BLOB_TOO_LARGE, and oci's MANIFEST_INVALID and
 * CONFIG_INVALID.
 */
export async function resolveImage(
  layout: Layout,
  options: ResolveOptions = {},
): Promise<ResolvedImage> {
  const target = await findEntry(layout, options, options.platform ?? hostPlatform());
  return await resolveEntry(layout, target, options);
}

/** The image of an entry that is known already; otherwise as `resolveImage`. */
export async function resolveEntry(
  layout: Layout,
  target: Descriptor,
  options: Pick<ResolveOptions, 'platform' | 'trusted'> = {},
): Promise<ResolvedImage> {
  const wanted = options.platform ?? hostPlatform();
  const { trusted = false } = options;
  const read: Read = (blob) => readSmallBlob(layout, blob, { trusted });
  const name = imageName(target);
  const found = await followPlatform(read, target, wanted, DEEPEST);
  const config = parseImageConfig(await read(found.manifest.config));
  if (options.platform !== undefined) requirePlatform(target.digest, config, options.platform);
  return {
    ...(name !== undefined && { name }),
    target,
    ...found,
    configDescriptor: found.manifest.config,
    config,
  };
}

type Read = (blob: Descriptor) => Promise<Buffer>;

async function followPlatform(
  read: Read,
  target: Descriptor,
  wanted: Platform,
  depth: number,
): Promise<{ manifestDescriptor: Descriptor; manifest: ImageManifest }> {
  const bytes = await read(target);
  const content = parseManifestOrIndex(bytes, target.mediaType);
  if (content.kind === 'manifest')
    return { manifestDescriptor: target, manifest: content.manifest };
  const chosen = selectPlatform(content.index.manifests, wanted);
  if (chosen === undefined || (depth === 0 && isIndexType(chosen.mediaType))) {
    throw platformNotFound(target.digest, wanted, content.index.manifests.map(platformOf));
  }
  return await followPlatform(read, chosen, wanted, depth - 1);
}

function requirePlatform(digest: Digest, config: ImageConfig, wanted: Platform): void {
  const { os, architecture, variant } = config;
  const platform: Platform = { os, architecture, ...(variant !== undefined && { variant }) };
  const probe: Descriptor = { mediaType: '', digest, size: 0, platform };
  if (selectPlatform([probe], wanted) !== undefined) return;
  throw platformNotFound(digest, wanted, [formatPlatform(platform)]);
}

function platformOf(descriptor: Descriptor): string {
  return descriptor.platform === undefined ? 'unknown' : formatPlatform(descriptor.platform);
}

function platformNotFound(digest: Digest, wanted: Platform, all: string[]): LayoutError {
  const available = [...new Set(all)].filter((name) => !name.startsWith('unknown'));
  return new LayoutError(
    'PLATFORM_NOT_FOUND',
    `image ${digest}: is not there for ${formatPlatform(wanted)}`,
    {
      digest,
      expected: formatPlatform(wanted),
      available,
      ...(available.length > 0 && { hint: `there is ${available.join(', ')}` }),
    },
  );
}
