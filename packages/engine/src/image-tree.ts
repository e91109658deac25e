import { byImage, namesOf, openImageStore } from '@ctrkit/image-store';
import type { ImageStore, StoredImage } from '@ctrkit/image-store';
import { findStored, layersOf, storageOf } from '@ctrkit/rootfs';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';

/** An image by its id and its names, as people write them. */
export interface NamedImage {
  readonly id: Digest;
  readonly tags: readonly string[];
}

/** A layer upon those below it, and what stands on it. */
export interface LayerNode {
  readonly diffId: Digest;
  readonly chainId: Digest;
  /** Bytes of its files, where it is unpacked. */
  readonly size?: number;
  /** Bytes of its blob, as stored. */
  readonly blobSize: number;
  /** The images whose uppermost layer it is. */
  readonly images: readonly NamedImage[];
  readonly layers: readonly LayerNode[];
}

export interface ImageTree {
  /** Of one image: that. `size`: bytes of its layers, of their files where all are unpacked, else of their blobs. */
  readonly image?: NamedImage & { readonly size: number };
  readonly layers: readonly LayerNode[];
}

interface Growing extends LayerNode {
  readonly images: NamedImage[];
  readonly layers: Growing[];
}

/** Adds an image's layers to those of others; the layers that they share are there once. Returns its own. */
function addLayers(
  engine: Engine,
  roots: Growing[],
  image: StoredImage,
  named: NamedImage,
): Growing[] {
  const path: Growing[] = [];
  // Of one that is kept together with those below it, nobody knows how much it added.
  const isTogether = storageOf(engine.root) === 'copy';
  for (const { descriptor, diffId, chainId } of layersOf(image)) {
    const siblings = path.at(-1)?.layers ?? roots;
    let node = siblings.find((each) => each.chainId === chainId);
    if (node === undefined) {
      const size = isTogether ? undefined : findStored(engine.root, { diffId, chainId })?.size;
      const sizes = { blobSize: descriptor.size, ...(size !== undefined && { size }) };
      node = { diffId, chainId, ...sizes, images: [], layers: [] };
      siblings.push(node);
    }
    path.push(node);
  }
  path.at(-1)?.images.push(named);
  return path;
}

async function imagesOf(store: ImageStore): Promise<[StoredImage, NamedImage][]> {
  const records = (await store.list()).filter(({ problem }) => problem === undefined);
  const images: [StoredImage, NamedImage][] = [];
  for (const [id, same] of byImage(records)) {
    const image = await store.find(id);
    if (image !== undefined) images.push([image, { id, tags: namesOf(same).tags }]);
  }
  return images;
}

// The same layers, without what stands beside and upon them.
function alone(path: readonly Growing[]): LayerNode[] {
  const [first, ...rest] = path;
  return first === undefined ? [] : [{ ...first, layers: alone(rest) }];
}

function sizeOf(path: readonly LayerNode[]): number {
  const isUnpacked = path.every(({ size }) => size !== undefined);
  return path.reduce((sum, { size, blobSize }) => sum + (isUnpacked ? (size ?? 0) : blobSize), 0);
}

/**
 * The layers of all images as a tree, those that several have once; of one image only its own, or with `isWithChildren` the tree that stands on its
 * lowest. Takes no lock and reads no layer. Throws IMAGE_NOT_FOUND, and what image-store's `find` throws.
 */
export async function imageTree(
  engine: Engine,
  nameOrId?: string,
  { isWithChildren = false }: { readonly isWithChildren?: boolean } = {},
): Promise<ImageTree> {
  const store = await openImageStore(engine);
  const roots: Growing[] = [];
  const wanted = nameOrId === undefined ? undefined : await store.find(nameOrId);
  if (nameOrId !== undefined && wanted === undefined) {
    throw new EngineError('IMAGE_NOT_FOUND', `No such image: ${nameOrId}`);
  }
  let found: ImageTree = { layers: roots };
  for (const [image, named] of await imagesOf(store)) {
    const path = addLayers(engine, roots, image, named);
    if (image.id !== wanted?.id) continue;
    found = { image: { ...named, size: sizeOf(path) }, layers: path };
  }
  if (wanted === undefined) return found;
  // Others that have been added since have their names in these nodes by now.
  const path = found.layers as Growing[];
  return { ...found, layers: isWithChildren ? path.slice(0, 1) : alone(path) };
}
