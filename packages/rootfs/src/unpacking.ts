import { layerCompression } from '@ctrkit/oci';
import type { EnsureLayersOptions } from './ensure-layers-options.ts';
import { filesOf, layerPath } from './find-layer.ts';
import type { StoredLayer } from './find-layer.ts';
import { findStored, lowerDirectories } from './image-layers.ts';
import type { ImageLayer } from './image-layers.ts';
import type { UseLayer } from './layer-bytes.ts';
import { beginLayer, commitLayer, syncLayers } from './layer-store.ts';
import { removeTree } from './remove-tree.ts';
import { unpackInto } from './unpack-layer.ts';
import type { UnpackOptions } from './unpack-layer.ts';

/** The unpacking of the layers that are missing. */
export class Unpacking {
  readonly #layers: readonly ImageLayer[];
  readonly #stored: (StoredLayer | undefined)[];
  readonly #use: UseLayer;
  readonly #options: EnsureLayersOptions;
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #done: Promise<void>[] = [];
  readonly #made: string[] = [];
  #next = 0;

  constructor(
    layers: readonly ImageLayer[],
    stored: (StoredLayer | undefined)[],
    use: UseLayer,
    options: EnsureLayersOptions,
  ) {
    this.#layers = layers;
    this.#stored = stored;
    this.#use = use;
    this.#options = options;
    const signals = [this.#failed.signal, ...(options.signal ? [options.signal] : [])];
    this.#signal = AbortSignal.any(signals);
  }

  // The lowest are begun first, so that whoever waits for lower layers waits for what is under way.
  async run(): Promise<void> {
    const workers = Array.from({ length: this.#options.concurrency ?? 3 }, () => this.#work());
    const results = await Promise.allSettled(workers);
    if (this.#made.length > 0) syncLayers(this.#made);
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
      this.#stored[index] = findStored(this.#options.root, layer);
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
      const how: UnpackOptions = {
        diffId,
        compression,
        directory: filesOf(temporary),
        lowers: index === 0 ? undefined : () => this.#below(index),
        limits,
        signal: this.#signal,
        onEvent,
      };
      const unpacked = await this.#use(descriptor, ({ bytes, disposable }) =>
        unpackInto(bytes, { ...how, disposable }),
      );
      const { opaque, size } = unpacked;
      const record = { diffId, opaque, size, ...(unpacked.leans && { chainId }) };
      const id = record.chainId ?? diffId;
      this.#made.push(await commitLayer(root, temporary, id, record));
      onEvent?.({ type: 'layer', id: diffId, status: 'done' });
      return {
        directory: filesOf(layerPath(root, id)),
        opaque,
        size,
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
