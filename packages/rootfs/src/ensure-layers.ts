import { chainIds, layerCompression } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import { readBlob } from '@ctrkit/layout';
import type { Layout, ResolvedImage } from '@ctrkit/layout';
import type { OnEvent } from './events.ts';
import {
  beginLayer,
  commitLayer,
  filesOf,
  findLayer,
  layerPath,
  syncLayers,
} from './layer-store.ts';
import type { StoredLayer } from './layer-store.ts';
import { removeTree } from './remove-tree.ts';
import { RootfsError } from './rootfs-error.ts';
import type { TarLimits } from './tar/tar-reader.ts';
import { unpackInto } from './unpack-layer.ts';

/** The parts of an image that say what its layers are. */
export type LayeredImage = Pick<ResolvedImage, 'manifest' | 'config'>;

export interface EnsureLayersOptions {
  /** Where everything is kept: layers go to `layers/` in it. */
  readonly root: string;
  /**
   * The compressed bytes of a layer, as they arrive. Must fail at its end if they are not the descriptor's.
   * @default read from the layout
   */
  readonly source?: (descriptor: Descriptor) => AsyncIterable<Uint8Array>;
  /** How many layers are unpacked at the same time. @default 3 */
  readonly concurrency?: number;
  readonly limits?: TarLimits;
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}

/** One layer of an image, with its ids. */
export interface ImageLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  readonly chainId: Digest;
}

/** The layers of an image with their ids, the lowest first. Throws LAYERS_MISMATCH. */
export function layersOf({ manifest, config }: LayeredImage): ImageLayer[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new RootfsError(
      'LAYERS_MISMATCH',
      `image: its manifest has ${manifest.layers.length} layers, its config ${diffIds.length}`,
      { hint: 'the image was made wrongly' },
    );
  }
  const chains = chainIds(diffIds);
  return manifest.layers.map((descriptor, i) => ({
    descriptor,
    diffId: diffIds[i] as Digest,
    chainId: chains[i] as Digest,
  }));
}

/**
 * Sees to it that every layer of an image is unpacked, several at a time, and returns the lower directories of its
 * overlay, the lowest first. Killed at any moment, it leaves only whole layers. The layers are trusted within
 * this boot at once, and marked for later ones when they are on disk.
 * Throws LAYERS_MISMATCH and what `unpackInto` throws.
 */
export async function ensureLayers(
  layout: Layout,
  image: LayeredImage,
  options: EnsureLayersOptions,
): Promise<string[]> {
  const layers = layersOf(image);
  const source = options.source ?? ((descriptor: Descriptor) => readBlob(layout, descriptor));
  const stored = await Promise.all(layers.map((layer) => findStored(options.root, layer)));
  for (const [i, layer] of stored.entries()) {
    if (layer !== undefined)
      options.onEvent?.({ type: 'layer', id: layers[i]?.diffId ?? '', status: 'exists' });
  }
  if (stored.some((layer) => layer === undefined)) {
    await new Unpacking(layers, stored, source, options).run();
  }
  return lowerDirectories(stored as StoredLayer[]);
}

async function findStored(
  root: string,
  { diffId, chainId }: ImageLayer,
): Promise<StoredLayer | undefined> {
  const alone = await findLayer(root, diffId);
  return alone ?? (chainId === diffId ? undefined : findLayer(root, chainId));
}

// overlayfs takes no directory twice. Of equal layers the uppermost counts: it has all that the others have.
// An opaque root is not known to overlayfs: there the stack ends.
function lowerDirectories(layers: readonly StoredLayer[]): string[] {
  const base = layers.findLastIndex((layer) => layer.opaque);
  const directories = layers.slice(Math.max(base, 0)).map((layer) => layer.directory);
  return directories.filter((directory, i) => directories.lastIndexOf(directory) === i);
}

/** The unpacking of the layers that are missing. */
class Unpacking {
  readonly #layers: readonly ImageLayer[];
  readonly #stored: (StoredLayer | undefined)[];
  readonly #source: (descriptor: Descriptor) => AsyncIterable<Uint8Array>;
  readonly #options: EnsureLayersOptions;
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #done: Promise<void>[] = [];
  readonly #made: string[] = [];
  #next = 0;

  constructor(
    layers: readonly ImageLayer[],
    stored: (StoredLayer | undefined)[],
    source: (descriptor: Descriptor) => AsyncIterable<Uint8Array>,
    options: EnsureLayersOptions,
  ) {
    this.#layers = layers;
    this.#stored = stored;
    this.#source = source;
    this.#options = options;
    const signals = [this.#failed.signal, ...(options.signal ? [options.signal] : [])];
    this.#signal = AbortSignal.any(signals);
  }

  // The lowest are begun first, so that whoever waits for lower layers waits for what is under way.
  async run(): Promise<void> {
    const workers = Array.from({ length: this.#options.concurrency ?? 3 }, () => this.#work());
    const results = await Promise.allSettled(workers);
    const owner = process.geteuid?.() === 0 ? { uid: 0, gid: 0 } : ownIds();
    if (this.#made.length > 0) syncLayers(this.#made, owner);
    // The first failure stopped the others, so it is their reason too.
    if (this.#failed.signal.aborted) throw this.#failed.signal.reason;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  async #work(): Promise<void> {
    while (this.#next < this.#layers.length) {
      const index = this.#next++;
      this.#done[index] = this.#ensure(index);
      this.#done[index]?.catch((error: unknown) => this.#failed.abort(error));
      await this.#done[index];
    }
  }

  async #ensure(index: number): Promise<void> {
    if (this.#stored[index] !== undefined) return;
    this.#signal.throwIfAborted();
    const layer = this.#layers[index] as ImageLayer;
    const twin = this.#layers.findIndex(({ diffId }) => diffId === layer.diffId);
    if (twin < index) {
      await this.#done[twin];
      this.#stored[index] = await findStored(this.#options.root, layer);
      if (this.#stored[index] !== undefined) return;
    }
    this.#stored[index] = await this.#unpack(index, layer);
  }

  async #unpack(index: number, { descriptor, diffId, chainId }: ImageLayer): Promise<StoredLayer> {
    const { root, limits, onEvent } = this.#options;
    const compression = layerCompression(descriptor.mediaType);
    const temporary = await beginLayer(root, diffId);
    onEvent?.({ type: 'layer', id: diffId, status: 'unpacking' });
    try {
      const unpacked = await unpackInto(this.#source(descriptor), {
        diffId,
        compression,
        directory: filesOf(temporary),
        lowers: index === 0 ? undefined : () => this.#below(index),
        limits,
        signal: this.#signal,
        onEvent,
      });
      const record = { diffId, opaque: unpacked.opaque, ...(unpacked.leans && { chainId }) };
      this.#made.push(await commitLayer(root, temporary, record));
      onEvent?.({ type: 'layer', id: diffId, status: 'done' });
      return {
        directory: filesOf(layerPath(root, record.chainId ?? diffId)),
        opaque: unpacked.opaque,
      };
    } catch (error) {
      await removeTree(temporary);
      throw error;
    }
  }

  async #below(index: number): Promise<string[]> {
    await Promise.all(this.#done.slice(0, index));
    return lowerDirectories(this.#stored.slice(0, index) as StoredLayer[]);
  }
}

function ownIds(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
