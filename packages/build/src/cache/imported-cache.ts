import { DurableError } from '@ctrkit/durable';
import type { CachedStep, ImageStore } from '@ctrkit/image-store';
import { findEntry, openLayout, readBlob, readSmallBlob, writeBlob } from '@ctrkit/layout';
import { hostPlatform, parseManifest, parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { RegistryClient } from '@ctrkit/registry-client';
import { BuildError } from '../build-error.ts';
import { CACHE_NAME, LARGEST_CACHE, parseCacheConfig, requireCache } from './cache-artifact.ts';
import type { CachePlace } from './cache-place.ts';
import { keepStep } from './step-cache.ts';
import type { World } from '../world.ts';

/** A cache of another machine, with its blobs where they are. */
interface Source extends Disposable {
  readonly steps: readonly CachedStep[];
  read(blob: Descriptor): AsyncIterable<Uint8Array>;
}

async function openLocal(directory: string): Promise<Source> {
  const layout = await openLayout(directory);
  const entry = await findEntry(layout, { name: CACHE_NAME }, hostPlatform());
  const manifest = parseManifest(await readSmallBlob(layout, entry));
  requireCache(manifest, directory);
  const config = await readSmallBlob(layout, manifest.config, { maxBytes: LARGEST_CACHE });
  return {
    steps: parseCacheConfig(config, directory),
    read: (blob) => readBlob(layout, blob),
    [Symbol.dispose]: () => {},
  };
}

async function readRemote(
  client: RegistryClient,
  name: string,
  signal: AbortSignal,
): Promise<Source> {
  // prettier-ignore
  const reference = parseReference(name);
  const { content } = await client.resolve(reference, { signal });
  if (content.kind !== 'manifest')
    throw new BuildError('CACHE_INVALID', `${name}: is no build cache`);
  requireCache(content.manifest, name);
  const parts: Buffer[] = [];
  for await (const chunk of client.fetchBlob(reference, content.manifest.config, { signal })) parts.push(chunk); // prettier-ignore
  return {
    steps: parseCacheConfig(Buffer.concat(parts), name),
    read: (blob) => client.fetchBlob(reference, blob, { signal }),
    [Symbol.dispose]: () => client.close(),
  };
}

async function openRemote(name: string, signal: AbortSignal): Promise<Source> {
  const { userRegistryClient } = await import('@ctrkit/registry-client');
  const client = await userRegistryClient();
  try {
    return await readRemote(client, name, signal);
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Who is told what cannot be had, and when nobody waits any more. */
type Told = Pick<World, 'signal' | 'emit'>;

function warn(emit: Told['emit'], error: unknown): void {
  const message = `[Warning] a cache could not be imported: ${(error as Error).message}`;
  emit({ type: 'warning', message, range: undefined });
}

/** Steps of other machines; what is asked for is fetched, and is in this machine's cache from then on. */
export class ImportedCache implements Disposable {
  readonly #store: ImageStore;
  readonly #sources: Source[] = [];
  readonly #steps = new Map<Digest, { readonly step: CachedStep; readonly source: Source }>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /** Adds caches; one that cannot be had is told, and no error: a build is only slower without it. */
  async add(places: readonly CachePlace[], { signal, emit }: Told): Promise<void> {
    for (const place of places) {
      try {
        const source = place.type === 'local' ? await openLocal(place.directory) : await openRemote(place.reference, signal); // prettier-ignore
        this.#sources.push(source);
        for (const step of source.steps) {
          if (!this.#steps.has(step.key)) this.#steps.set(step.key, { step, source });
        }
      } catch (error) {
        signal.throwIfAborted();
        warn(emit, error);
      }
    }
  }

  /**
   * What is cached under a key, after its layer has been fetched; undefined where nothing is, and where the layer cannot be had, which is
   * told. Throws NO_SPACE, READ_ONLY, PERMISSION_DENIED, the reason of `signal`.
   */
  async find(key: Digest, { signal, emit }: Told): Promise<CachedStep | undefined> {
    const { alias } = this.#steps.get(key)?.step ?? {};
    // What an alias names is a step, and no other alias: they may lead in circles.
    const found = this.#steps.get(alias ?? key);
    if (found === undefined || found.step.alias !== undefined) return undefined;
    const { step, source } = found;
    try {
      await this.#fetch(step, source, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DurableError) throw error;
      this.#steps.delete(step.key);
      warn(emit, error);
      return undefined;
    }
    await keepStep(this.#store.layout, step, undefined);
    return step;
  }

  async #fetch({ layer }: CachedStep, source: Source, signal: AbortSignal): Promise<void> {
    if (layer === undefined) return;
    const { descriptor } = layer;
    await writeBlob(this.#store.layout, descriptor, source.read(descriptor), { signal });
  }

  [Symbol.dispose](): void {
    for (const source of this.#sources) source[Symbol.dispose]();
  }
}
