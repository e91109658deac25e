import { parseCachedStep } from '@ctrkit/image-store';
import type { CachedStep } from '@ctrkit/image-store';
import { writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { isDigest, mediaTypes, parseJson } from '@ctrkit/oci';
import type { Descriptor, ImageManifest } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';

/** Of the manifest and of its config, which lists the steps; its layers are those that they made. */
export const CACHE_TYPE = 'application/vnd.ctrkit.build-cache.v1+json';
/** The tag in a layout. */
export const CACHE_NAME = 'cache';
export const LARGEST_CACHE: number = 16 * 1024 * 1024;

async function* bytesOf(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(JSON.stringify(value));
}

/** Writes steps as an artifact whose blobs are in the layout: what registries take as they take an image. */
export async function writeCacheArtifact(
  layout: Layout,
  steps: readonly CachedStep[],
): Promise<Descriptor> {
  const layers = steps.flatMap(({ layer }) => (layer === undefined ? [] : [layer.descriptor]));
  const config = await writeBlob(layout, undefined, bytesOf(steps));
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: CACHE_TYPE,
    config: { mediaType: CACHE_TYPE, ...config },
    layers: [...new Map(layers.map((layer) => [layer.digest, layer])).values()],
  };
  const blob = await writeBlob(layout, undefined, bytesOf(manifest));
  return { mediaType: mediaTypes.manifest, artifactType: CACHE_TYPE, ...blob };
}

/** Requires that a manifest is one of a cache. Throws CACHE_INVALID. */
export function requireCache({ config }: ImageManifest, name: string): void {
  if (config.mediaType === CACHE_TYPE && config.size <= LARGEST_CACHE) return;
  throw new BuildError('CACHE_INVALID', `${name}: is no build cache`);
}

/** The steps that a cache's config lists; those that cannot be read are left out. Throws CACHE_INVALID. */
export function parseCacheConfig(bytes: Uint8Array, name: string): CachedStep[] {
  try {
    const list = parseJson(bytes, { maxBytes: LARGEST_CACHE });
    if (!Array.isArray(list)) throw new TypeError('not a list');
    return list.flatMap((value: unknown): CachedStep[] => {
      const { key } = (value ?? {}) as { key?: unknown };
      if (!isDigest(key)) return [];
      return [parseCachedStep(Buffer.from(JSON.stringify(value)), key) ?? []].flat();
    });
  } catch (cause) {
    throw new BuildError('CACHE_INVALID', `${name}: is no build cache`, { cause });
  }
}
