import {
  hasBlob,
  openLayout,
  readBlob,
  readSmallBlob,
  tagManifest,
  writeBlob,
} from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { parseManifest, parseReference } from '@ctrkit/oci';
import type { Descriptor } from '@ctrkit/oci';
import type { World } from '../world.ts';
import { CACHE_NAME, writeCacheArtifact } from './cache-artifact.ts';
import type { CachedMount } from './cache-contents.ts';
import type { CacheTarget } from './cache-place.ts';
import { packMounts } from './pack-mounts.ts';

async function copyTo(directory: string, from: Layout, artifact: Descriptor): Promise<void> {
  const to = await openLayout(directory, { create: true });
  const { config, layers } = parseManifest(await readSmallBlob(from, artifact));
  for (const blob of [...layers, config, artifact]) {
    if (!(await hasBlob(to, blob))) await writeBlob(to, blob, readBlob(from, blob));
  }
  await tagManifest(to, CACHE_NAME, artifact);
}

async function pushTo(
  reference: string,
  from: Layout,
  artifact: Descriptor,
  { signal }: World,
): Promise<void> {
  // prettier-ignore
  const { push, userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient();
  try {
    await push(from, artifact, parseReference(reference), { client, signal });
  } finally {
    client.close();
  }
}

/** Somewhere outside the image. */
type Elsewhere = Exclude<CacheTarget, { readonly type: 'inline' }>;

async function exportTo(
  world: World,
  place: Elsewhere,
  packed: readonly CachedMount[],
): Promise<void> {
  const { layout } = world.store;
  const contents = { steps: [...world.used.values()], mounts: place.mounts === true ? packed : [] };
  if (place.type === 'gha') {
    const { writeActionsCache } = await import('./actions-cache-contents.ts');
    const warn = (text: string): void =>
      world.emit({ type: 'warning', message: `[Warning] the cache of GitHub Actions: ${text}`, range: undefined }); // prettier-ignore
    await writeActionsCache(place, layout, { contents, signal: world.signal, warn });
    return;
  }
  const artifact = await writeCacheArtifact(layout, contents);
  if (place.type === 'local') await copyTo(place.directory, layout, artifact);
  else await pushTo(place.reference, layout, artifact, world);
}

/**
 * Brings the steps of this build to where other machines find them. Throws CACHE_UNREACHABLE, RegistryError, LAYOUT_INVALID, NO_SPACE, READ_ONLY,
 * PERMISSION_DENIED.
 */
export async function exportCache(world: World, places: readonly CacheTarget[]): Promise<void> {
  // An inline one is written with the image.
  const elsewhere = places.filter((place): place is Elsewhere => place.type !== 'inline');
  if (elsewhere.length === 0) return;
  world.emit({ type: 'exporting', what: 'cache' });
  const packed = elsewhere.some(({ mounts }) => mounts === true) ? await packMounts(world) : [];
  for (const place of elsewhere) {
    try {
      await exportTo(world, place, packed);
    } catch (error) {
      world.signal.throwIfAborted();
      if (place.ignoreErrors !== true) throw error;
      const message = `[Warning] a cache could not be exported: ${(error as Error).message}`;
      world.emit({ type: 'warning', message, range: undefined });
    }
  }
}
