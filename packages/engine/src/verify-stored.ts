import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '@ctrkit/durable';
import { openImageStore } from '@ctrkit/image-store';
import type { FetchAgain, ImageStore } from '@ctrkit/image-store';
import { isIndexType, isManifestType, OciError } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { LayoutError } from '@ctrkit/layout';
import { createRegistryClient, dockerConfigCredentials } from '@ctrkit/registry-client';
import type { RegistryClient } from '@ctrkit/registry-client';
import { discardLayer, ensureLayers, layersOf, verifyLayer } from '@ctrkit/rootfs';
import type { ImageLayer, LayerDamage, LayeredImage } from '@ctrkit/rootfs';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { listContainers } from './list.ts';
import type { DamagedLayer, VerifiedImages, VerifyImagesOptions } from './verify-images.ts';

/** What `verifyImages` does. */
export async function verifyStored(
  engine: Engine,
  { images = [], repair = false, signal }: VerifyImagesOptions = {},
): Promise<VerifiedImages> {
  const store = await openImageStore({ root: engine.root });
  const client = createRegistryClient({ credentials: dockerConfigCredentials() });
  try {
    const result = await store.verify({
      images,
      ...(repair && { repair: fetchFrom(client, signal) }),
      ...(signal !== undefined && { signal }),
    });
    return { ...result, layers: await verifyLayers(engine, store, { images, repair, signal }) };
  } finally {
    client.close();
  }
}

function fetchFrom(client: RegistryClient, signal: AbortSignal | undefined): FetchAgain {
  const signalled = signal === undefined ? {} : { signal };
  return async function* (from, blob) {
    if (isIndexType(blob.mediaType) || isManifestType(blob.mediaType)) {
      const { registry, repository } = from;
      const reference = { registry, repository, digest: blob.digest };
      yield (await client.resolve(reference, signalled)).bytes;
    } else yield* client.fetchBlob(from, blob, signalled);
  };
}

interface LayerScope {
  readonly images: readonly string[];
  readonly repair: boolean;
  readonly signal: AbortSignal | undefined;
}

async function verifyLayers(
  engine: Engine,
  store: ImageStore,
  { images, repair, signal }: LayerScope,
): Promise<DamagedLayer[]> {
  const seen = new Set<Digest>();
  const damaged = new Map<Digest, DamagedLayer>();
  for (const image of await layeredImages(store, images)) {
    for (const layer of layersOf(image)) {
      if (seen.has(layer.chainId)) continue;
      seen.add(layer.chainId);
      const damage = await damageOf(engine, store, layer, signal);
      if (damage === undefined || damaged.has(damage.id)) continue;
      damaged.set(damage.id, await repairLayer(engine, store, image, damage, repair));
    }
  }
  return [...damaged.values()];
}

// An image that is no image, or damaged, has no layers that could be made again; `verify` tells of it.
async function layeredImages(
  store: ImageStore,
  images: readonly string[],
): Promise<LayeredImage[]> {
  const names = images.length > 0 ? images : (await store.list()).map(({ name, id }) => name ?? id);
  const found: LayeredImage[] = [];
  for (const name of names) {
    const image = await quietly(() => store.find(name));
    if (image?.config.rootfs.diff_ids.length === image?.manifest.layers.length && image) {
      found.push(image);
    }
  }
  return found;
}

async function damageOf(
  engine: Engine,
  store: ImageStore,
  layer: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<LayerDamage | undefined> {
  return await quietly(() => verifyLayer(store.layout, layer, { root: engine.root, signal }));
}

// Where the blob is damaged there is nothing to hold a layer against, and its damage is told already.
async function quietly<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof LayoutError || error instanceof OciError) return undefined;
    throw error;
  }
}

async function repairLayer(
  engine: Engine,
  store: ImageStore,
  image: LayeredImage,
  damage: LayerDamage,
  repair: boolean,
): Promise<DamagedLayer> {
  if (!repair) return { ...damage, repaired: false };
  const user = runningOn(engine, damage.directory);
  if (user !== undefined) {
    return {
      ...damage,
      repaired: false,
      repairError: `container ${user} runs on it: stop it first`,
    };
  }
  await discardLayer(engine.root, damage.id);
  await ensureLayers(store.layout, image, { root: engine.root });
  return { ...damage, repaired: true };
}

/** The name of a running container whose bundle mounts that directory. */
function runningOn(engine: Engine, directory: string): string | undefined {
  const running = listContainers(engine).filter(({ state }) => state.status === 'running');
  return running.find(({ id }) => bundleOf(engine, id).includes(directory))?.name;
}

function bundleOf(engine: Engine, id: string): string {
  try {
    return readFileSync(join(containerDirectory(engine, id), 'bundle', 'config.json'), 'utf8');
  } catch (error) {
    // Removed meanwhile.
    if (errnoOf(error) === 'ENOENT') return '';
    throw error;
  }
}
