import { ensureLayers } from '@ctrkit/rootfs';
import type { LayeredImage } from '@ctrkit/rootfs';
import type { PullEvent, PullResult } from '@ctrkit/registry-client';
import { withEntries } from '@ctrkit/image-store';
import type { ImageStore, Lease } from '@ctrkit/image-store';
import { parseReference } from '@ctrkit/oci';
import { Arrivals } from './arrivals.ts';
import type { Engine } from './engine.ts';
import { platformOf, unpackingEvents } from './image-events.ts';
import type { ImageOptions } from './image-events.ts';

/** The unpacking of an image whose layers are still arriving. */
class Unpacking {
  readonly #arrivals = new Arrivals();
  readonly #engine: Engine;
  readonly #store: ImageStore;
  readonly #options: ImageOptions;
  #layers: Promise<readonly string[]> | undefined;

  constructor(engine: Engine, store: ImageStore, options: ImageOptions) {
    this.#engine = engine;
    this.#store = store;
    this.#options = options;
  }

  begin(image: LayeredImage): void {
    const { signal, onEvent } = this.#options;
    this.#layers = ensureLayers(this.#store.layout, image, {
      root: this.#engine.root,
      arrived: (descriptor) => this.#arrivals.of(descriptor),
      onEvent: unpackingEvents(image, onEvent),
      ...(signal === undefined ? {} : { signal }),
    });
    // The download's own error comes first.
    this.#layers.catch(() => {});
  }

  hear(event: PullEvent): void {
    const isThere =
      event.type === 'layer' && (event.status === 'exists' || event.status === 'downloaded');
    if (isThere) this.#arrivals.arrived(event.id);
  }

  async end(): Promise<void> {
    await this.#layers;
  }

  async fail(error: unknown): Promise<void> {
    this.#arrivals.fail(error);
    await Promise.allSettled([this.#layers]);
  }
}

export interface DownloadOptions extends ImageOptions {
  /** The name that means it from then on. @default that by which it is pulled */
  readonly recordAs?: string;
}

/**
 * Downloads an image and unpacks each layer as soon as it is there; the name is recorded when all of it is there.
 * An image that had the name until then stays, nameless if it had no other.
 * Throws RegistryError, RootfsError; whole layers stay.
 */
export async function downloadImage(
  engine: Engine,
  store: ImageStore,
  name: string,
  options: DownloadOptions,
): Promise<PullResult> {
  // Most runs fetch nothing, and need not wait for an HTTP client to load.
  const { pull, userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient({
    onMessage: (text) => options.onEvent?.({ type: 'message', text }),
  });
  const unpacking = new Unpacking(engine, store, options);
  let lease: Lease | undefined;
  try {
    const result = await pull(parseReference(name), store.layout, {
      client,
      ...platformOf(options),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onEvent: (event) => {
        unpacking.hear(event);
        options.onEvent?.(event);
      },
      onImage: (image) => unpacking.begin(image),
      // What is on its way must not be taken for garbage.
      onResolved: async (digests) => {
        lease = await store.lease(digests);
      },
      ...(options.recordAs !== undefined && { recordAs: parseReference(options.recordAs) }),
      joined: (entries, added) => withEntries(entries, [added]),
    });
    await unpacking.end();
    return result;
  } catch (error) {
    await unpacking.fail(error);
    throw error;
  } finally {
    client.close();
    await lease?.release();
  }
}
