import { parseCachedLayer, parseCachedStep } from '@ctrkit/image-store';
import type { CachedStep } from '@ctrkit/image-store';
import { writeBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { isDigest, mediaTypes, OciError, parseJson } from '@ctrkit/oci';
import type { Descriptor, ImageManifest } from '@ctrkit/oci';
import { BuildError } from '../build-error.ts';
import type { CacheContents, CachedMount } from './cache-contents.ts';

/** Of the manifest and of its config, which lists steps and mounts; its layers are theirs. */
export const CACHE_TYPE = 'application/vnd.ctrkit.build-cache.v1+json';
/** The tag in a layout. */
export const CACHE_NAME = 'cache';
export const LARGEST_CACHE: number = 16 * 1024 * 1024;

async function* bytesOf(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(JSON.stringify(value));
}

/** Writes a cache as an artifact whose blobs are in the layout: what registries take as they take an image. */
export async function writeCacheArtifact(
  layout: Layout,
  { steps, mounts }: CacheContents,
): Promise<Descriptor> {
  const layers = [...steps, ...mounts].flatMap(({ layer }) => layer?.descriptor ?? []);
  const config = await writeBlob(layout, undefined, bytesOf({ steps, mounts }));
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

/** Whether a manifest is one of a cache. */
export const isCache = ({ config }: ImageManifest): boolean => config.mediaType === CACHE_TYPE;

function parseStep(value: unknown): CachedStep[] {
  const { key } = (value ?? {}) as { key?: unknown };
  if (!isDigest(key)) return [];
  return [parseCachedStep(Buffer.from(JSON.stringify(value)), key) ?? []].flat();
}

function parseMount(value: unknown): CachedMount[] {
  const { id, layer } = (value ?? {}) as { id?: unknown; layer?: unknown };
  if (typeof id !== 'string') return [];
  try {
    return [{ id, layer: parseCachedLayer(layer) }];
  } catch (error) {
    if (error instanceof OciError) return [];
    throw error;
  }
}

/** What a cache's config lists; what cannot be read of it is left out. Throws CACHE_INVALID. */
export function parseCacheConfig(bytes: Uint8Array, name: string): CacheContents {
  try {
    const value = parseJson(bytes, { maxBytes: LARGEST_CACHE });
    const { steps, mounts } = (value ?? {}) as Record<string, unknown>;
    if (!Array.isArray(steps) || !Array.isArray(mounts)) throw new TypeError('no lists');
    return { steps: steps.flatMap(parseStep), mounts: mounts.flatMap(parseMount) };
  } catch (cause) {
    throw new BuildError('CACHE_INVALID', `${name}: is no build cache`, { cause });
  }
}
