import { openImageStore } from '@ctrkit/image-store';
import type { FetchAgain, ImageStore, StoredImage, VerifyResult } from '@ctrkit/image-store';
import { isIndexType, isManifestType, OciError } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { LayoutError } from '@ctrkit/layout';
import type { RegistryClient } from '@ctrkit/registry-client';
import { claimLayers, discardLayer, ensureLayers, layersOf, verifyLayer } from '@ctrkit/rootfs';
import type { ImageLayer, LayerDamage, LayeredImage } from '@ctrkit/rootfs';
import type { Engine } from './engine.ts';
import { listContainers } from './list.ts';
import { readRunRecord } from './run-record.ts';
import { containerLayers } from './unused-layers.ts';
import type { DamagedLayer, VerifiedImages, VerifyImagesOptions } from './verified-images.ts';

/** What `verifyImages` does. */
export async function verifyStored(
  engine: Engine,
  { images = [], repair = false, signal }: VerifyImagesOptions = {},
): Promise<VerifiedImages> {
  const store = await openImageStore({ root: engine.root });
  const scope = { images, ...(signal !== undefined && { signal }) };
  const result = await (repair ? repaired(store, scope) : store.verify(scope));
  return { ...result, layers: await verifyLayers(engine, store, { images, repair, signal }) };
}

/** Asks the registries as the user and the machine are set up. */
async function repaired(
  store: ImageStore,
  scope: { readonly images: readonly string[]; readonly signal?: AbortSignal },
): Promise<VerifyResult> {
  const { userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient();
  try {
    return await store.verify({ ...scope, repair: fetchFrom(client, scope.signal) });
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
  scope: LayerScope,
): Promise<DamagedLayer[]> {
  const ids = new Map<Digest, Digest | undefined>();
  const damaged = new Map<Digest, DamagedLayer>();
  for (const image of await layeredImages(store, scope.images)) {
    const layers = layersOf(image);
    for (const [index, { chainId }] of layers.entries()) {
      if (!ids.has(chainId)) {
        const upTo = layers.slice(0, index + 1);
        const damage = await damageOf(engine, store, image, upTo, scope.signal);
        ids.set(chainId, damage?.id);
        if (damage !== undefined && !damaged.has(damage.id)) {
          damaged.set(damage.id, await repairLayer(engine, store, image, damage, scope));
        }
      }
      const id = ids.get(chainId);
      const known = id === undefined ? undefined : damaged.get(id);
      if (known !== undefined) damaged.set(known.id, withImage(known, image));
    }
  }
  return [...damaged.values()];
}

function withImage(layer: DamagedLayer, { name, id }: StoredImage): DamagedLayer {
  return { ...layer, images: [...new Set([...layer.images, name ?? id])] };
}

// An image that is no image, or damaged, has no layers that could be made again; `verify` tells of it.
async function layeredImages(store: ImageStore, images: readonly string[]): Promise<StoredImage[]> {
  const names = images.length > 0 ? images : (await store.list()).map(({ name, id }) => name ?? id);
  const found: StoredImage[] = [];
  for (const name of names) {
    const image = await quietly(() => store.find(name));
    if (image?.config.rootfs.diff_ids.length === image?.manifest.layers.length && image) {
      found.push(image);
    }
  }
  return found;
}

// Claimed meanwhile: what a collector takes away under our eyes looks damaged.
async function damageOf(
  engine: Engine,
  store: ImageStore,
  image: LayeredImage,
  layers: readonly ImageLayer[],
  signal: AbortSignal | undefined,
): Promise<LayerDamage | undefined> {
  const { root } = engine;
  using _ = await claimLayers(root, image, signal === undefined ? {} : { signal });
  return await quietly(() => verifyLayer(store.layout, layers, { root, signal }));
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
  { repair, signal }: LayerScope,
): Promise<DamagedLayer> {
  const told = { ...damage, images: [], repaired: false };
  if (!repair) return told;
  const signalled = signal === undefined ? {} : { signal };
  let user: string | undefined;
  const isUsed = (): boolean => (user = userOf(engine, damage.id)) !== undefined;
  if (await discardLayer(engine.root, damage.id, { isUsed, ...signalled })) {
    await ensureLayers(store.layout, image, { root: engine.root, ...signalled });
    return { ...told, repaired: true };
  }
  const repairError =
    user === undefined
      ? 'another command is using it: try again when that is done'
      : `container ${user} runs on it: stop it first`;
  return { ...told, repairError };
}

/** The name of a container that runs, or is about to, on that layer. */
function userOf(engine: Engine, layer: Digest): string | undefined {
  const running = listContainers(engine).filter(
    ({ id, state }) => state.status === 'running' || readRunRecord(engine, id) !== undefined,
  );
  return running.find(({ id }) => containerLayers(engine, id).includes(layer))?.name;
}
