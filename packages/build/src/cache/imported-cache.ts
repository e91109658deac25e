import { DurableError } from '@ctrkit/durable';
import type { CachedStep, ImageStore } from '@ctrkit/image-store';
import { decompress, writeBlob } from '@ctrkit/layout';
import type { Digest } from '@ctrkit/oci';
import { unpackArchive } from '@ctrkit/rootfs';
import type { CachedMount } from './cache-contents.ts';
import type { CachePlace } from './cache-place.ts';
import { openCacheSource } from './cache-source.ts';
import type { CacheSource } from './cache-source.ts';
import { keepStep } from './step-cache.ts';
import type { Told } from './told.ts';

function warn(emit: Told['emit'], error: unknown): void {
  const message = `[Warning] a cache could not be imported: ${(error as Error).message}`;
  emit({ type: 'warning', message, range: undefined });
}

interface From<T> {
  readonly one: T;
  readonly source: CacheSource;
}

/** What other machines have cached; what is asked for is fetched, and is in this machine's cache from then on. */
export class ImportedCache implements Disposable {
  readonly #store: ImageStore;
  readonly #sources: CacheSource[] = [];
  readonly #steps = new Map<Digest, From<CachedStep>>();
  readonly #mounts = new Map<string, From<CachedMount>>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /** Adds caches, the first one first; one that cannot be had is told, and no error: a build is only slower without it. */
  async add(places: readonly CachePlace[], told: Told): Promise<void> {
    for (const place of places) {
      try {
        const source = await openCacheSource(place, told);
        this.#sources.push(source);
        this.#take(source);
      } catch (error) {
        told.signal.throwIfAborted();
        warn(told.emit, error);
      }
    }
  }

  #take(source: CacheSource): void {
    for (const one of source.steps) {
      if (!this.#steps.has(one.key)) this.#steps.set(one.key, { one, source });
    }
    for (const one of source.mounts) {
      if (!this.#mounts.has(one.id)) this.#mounts.set(one.id, { one, source });
    }
  }

  /**
   * What is cached under a key, after its layer has been fetched; undefined where nothing is, and where the layer cannot be had, which is
   * told. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED, the reason of `signal`.
   */
  async find(key: Digest, told: Told): Promise<CachedStep | undefined> {
    const { alias } = this.#steps.get(key)?.one ?? {};
    // What an alias names is a step, and no other alias: they may lead in circles.
    const found = this.#steps.get(alias ?? key);
    if (found === undefined || found.one.alias !== undefined) return undefined;
    const { one: step, source } = found;
    const isThere = await this.#attempt(() => this.#fetch(step, source, told.signal), told);
    if (!isThere) {
      this.#steps.delete(step.key);
      return undefined;
    }
    await keepStep(this.#store.layout, step, undefined);
    return step;
  }

  /**
   * Unpacks what a cache mount held elsewhere into an empty directory. False where nobody knows it, and where it cannot be had, which is told:
   * then there may be a part of it. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED, the reason of `signal`.
   */
  async fillMount(id: string, directory: string, told: Told): Promise<boolean> {
    const found = this.#mounts.get(id);
    if (found === undefined) return false;
    const { one, source } = found;
    const { signal } = told;
    const bytes = (): AsyncIterable<Buffer> => decompress(source.read(one.layer.descriptor), 'gzip'); // prettier-ignore
    return await this.#attempt(() => unpackArchive(bytes(), { directory, signal }), told);
  }

  /** Whether something could be had; what of it is the other side's fault is told. */
  async #attempt(get: () => Promise<void>, { signal, emit }: Told): Promise<boolean> {
    try {
      await get();
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DurableError) throw error;
      warn(emit, error);
      return false;
    }
  }

  async #fetch({ layer }: CachedStep, source: CacheSource, signal: AbortSignal): Promise<void> {
    if (layer === undefined) return;
    const { descriptor } = layer;
    await writeBlob(this.#store.layout, descriptor, source.read(descriptor), { signal });
  }

  [Symbol.dispose](): void {
    for (const source of this.#sources) source[Symbol.dispose]();
  }
}
