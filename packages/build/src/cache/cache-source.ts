import { findEntry, openLayout, readBlob, readSmallBlob } from '@ctrkit/layout';
import { hostPlatform, parseImageConfig, parseManifest, parseReference, selectPlatform } from '@ctrkit/oci'; // prettier-ignore
import type { Descriptor, ImageManifest, Reference } from '@ctrkit/oci';
import type { RegistryClient } from '@ctrkit/registry-client';
import { BuildError } from '../build-error.ts';
import { CACHE_NAME, isCache, LARGEST_CACHE, parseCacheConfig } from './cache-artifact.ts';
import type { CacheContents } from './cache-contents.ts';
import type { CachePlace } from './cache-place.ts';
import { parseInlineCache } from './inline-cache.ts';
import type { Told } from './told.ts';

/** A cache of another machine, with its blobs where they are. */
export interface CacheSource extends CacheContents, Disposable {
  read(blob: Descriptor): AsyncIterable<Uint8Array>;
}

/** Where a manifest was found, and what gives its blobs. */
interface Found {
  readonly name: string;
  readonly manifest: ImageManifest;
  readonly read: CacheSource['read'];
}

const invalid = (name: string): BuildError =>
  new BuildError('CACHE_INVALID', `${name}: is no build cache`, {
    hint: 'it is what --cache-to has written, or an image that was built with --cache-to type=inline',
  });

async function readConfig({ name, manifest, read }: Found): Promise<Buffer> {
  if (manifest.config.size > LARGEST_CACHE) throw invalid(name);
  const parts: Uint8Array[] = [];
  for await (const part of read(manifest.config)) parts.push(part);
  return Buffer.concat(parts);
}

async function contentsOf(found: Found): Promise<CacheContents> {
  const { name, manifest } = found;
  if (isCache(manifest)) return parseCacheConfig(await readConfig(found), name);
  if (manifest.annotations === undefined) throw invalid(name);
  const steps = parseInlineCache(manifest, parseImageConfig(await readConfig(found)));
  if (steps === undefined) throw invalid(name);
  return { steps, mounts: [] };
}

async function openLocal(directory: string): Promise<CacheSource> {
  const layout = await openLayout(directory);
  const entry = await findEntry(layout, { name: CACHE_NAME }, hostPlatform());
  const manifest = parseManifest(await readSmallBlob(layout, entry));
  const read = (blob: Descriptor): AsyncIterable<Uint8Array> => readBlob(layout, blob);
  const contents = await contentsOf({ name: directory, manifest, read });
  return { ...contents, read, [Symbol.dispose]: () => {} };
}

// Of an image for several platforms, the one that is built for.
async function manifestOf(
  client: RegistryClient,
  reference: Reference,
  name: string,
  { platform, signal }: Told,
): Promise<ImageManifest> {
  const { content } = await client.resolve(reference, { signal });
  if (content.kind === 'manifest') return content.manifest;
  const child = selectPlatform(content.index.manifests, platform);
  if (child === undefined) throw invalid(name);
  const { digest } = child;
  const { content: image } = await client.resolve({ ...reference, digest }, { signal });
  if (image.kind !== 'manifest') throw invalid(name);
  return image.manifest;
}

async function openRemote(name: string, told: Told): Promise<CacheSource> {
  const { userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient();
  try {
    const { signal } = told;
    const reference = parseReference(name);
    const manifest = await manifestOf(client, reference, name, told);
    const read = (blob: Descriptor): AsyncIterable<Uint8Array> =>
      client.fetchBlob(reference, blob, { signal });
    const contents = await contentsOf({ name, manifest, read });
    return { ...contents, read, [Symbol.dispose]: () => client.close() };
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Opens a cache of another machine. Throws CACHE_INVALID, CACHE_UNREACHABLE, RegistryError, LAYOUT_INVALID, the reason of `signal`. */
export async function openCacheSource(place: CachePlace, told: Told): Promise<CacheSource> {
  if (place.type === 'local') return await openLocal(place.directory);
  if (place.type === 'registry') return await openRemote(place.reference, told);
  const { openActionsCache } = await import('./actions-cache-contents.ts');
  return { ...(await openActionsCache(place, told.signal)), [Symbol.dispose]: () => {} };
}
