import type { CachedStep, ImageStore } from '@ctrkit/image-store';
import { findEntry, openLayout, readBlob, readSmallBlob, writeBlob } from '@ctrkit/layout';
import { hostPlatform, parseManifest, parseReference } from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { RegistryClient } from '@ctrkit/registry-client';
import { BuildError } from '../build-error.ts';
import type { BuildEvent } from '../build-event.ts';
import { CACHE_NAME, LARGEST_CACHE, parseCacheConfig, requireCache } from './cache-artifact.ts';
import type { CachePlace } from './cache-place.ts';
import { keepStep } from './step-cache.ts';

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

/** Steps of other machines; what is asked for is fetched, and is in this machine's cache from then on. */
export class ImportedCache implements Disposable {
  readonly #store: ImageStore;
  readonly #sources: Source[] = [];
  readonly #steps = new Map<Digest, { readonly step: CachedStep; readonly source: Source }>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /** Adds caches; one that cannot be had is told, and no error: a build is only slower without it. */
  async add(
    places: readonly CachePlace[],
    { signal, emit }: { readonly signal: AbortSignal; readonly emit: (event: BuildEvent) => void },
  ): Promise<void> {
    for (const place of places) {
      try {
        const source = place.type === 'local' ? await openLocal(place.directory) : await openRemote(place.reference, signal); // prettier-ignore
        this.#sources.push(source);
        for (const step of source.steps) {
          if (!this.#steps.has(step.key)) this.#steps.set(step.key, { step, source });
        }
      } catch (error) {
        signal.throwIfAborted();
        const message = `[Warning] a cache could not be imported: ${(error as Error).message}`;
        emit({ type: 'warning', message, range: undefined });
      }
    }
  }

  /** What is cached under a key, after its layer has been fetched; undefined where nothing is. Throws what fetching throws. */
  async find(key: Digest, signal: AbortSignal): Promise<CachedStep | undefined> {
    const found = this.#steps.get(key);
    if (found === undefined) return undefined;
    const { step, source } = found;
    if (step.alias !== undefined) return await this.find(step.alias, signal);
    const { layout } = this.#store;
    if (step.layer !== undefined) {
      const { descriptor } = step.layer;
      await writeBlob(layout, descriptor, source.read(descriptor), { signal });
    }
    await keepStep(layout, step, undefined);
    return step;
  }

  [Symbol.dispose](): void {
    for (const source of this.#sources) source[Symbol.dispose]();
  }
}
