import { readBlob, verifyStream } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { CachedLayer } from '@ctrkit/image-store';
import type { Descriptor, Digest } from '@ctrkit/oci';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError } from '../build-error.ts';
import { ActionsCache } from './actions-cache.ts';
import type { ActionsCacheAccess } from './actions-cache.ts';
import { LARGEST_CACHE, parseCacheConfig } from './cache-artifact.ts';
import type { CacheContents } from './cache-contents.ts';

/** A cache in GitHub's cache service. */
export interface ActionsCachePlace extends ActionsCacheAccess {
  readonly type: 'gha';
  /** Caches of different scopes do not see each other. @default 'ctrkit' */
  readonly scope?: string | undefined;
}

// Entries cannot be changed: each list is a new one, and the newest counts.
const listPrefix = ({ scope = 'ctrkit' }: ActionsCachePlace): string => `ctrkit-build-${scope}-#`;
const blobKey = ({ digest }: Descriptor): string => `ctrkit-blob-${digest}`;
const TRIES = 5;
const PAUSE_MS = 1000;

/** What `openActionsCache` found, and what gives its blobs. */
export interface ActionsCacheContents extends CacheContents {
  read(blob: Descriptor): AsyncIterable<Uint8Array>;
}

async function readAtMost(bytes: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > LARGEST_CACHE) throw new BuildError('CACHE_INVALID', `${name}: is too large for a list of steps`); // prettier-ignore
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Opens a cache that `writeActionsCache` has written. Throws CACHE_UNREACHABLE, CACHE_INVALID, RegistryError. */
export async function openActionsCache(
  place: ActionsCachePlace,
  signal: AbortSignal,
): Promise<ActionsCacheContents> {
  const cache = new ActionsCache(place, signal);
  const prefix = listPrefix(place);
  const list = await cache.find(prefix, [prefix]);
  if (list === undefined) {
    throw new BuildError('CACHE_INVALID', `the cache of GitHub Actions has nothing for ${prefix}`, {
      hint: 'it is what --cache-to type=gha writes',
    });
  }
  async function* read(blob: Descriptor): AsyncGenerator<Buffer> {
    const entry = await cache.find(blobKey(blob));
    if (entry === undefined) throw new BuildError('CACHE_INVALID', `blob ${blob.digest}: is not in the cache of GitHub Actions any more`); // prettier-ignore
    yield* verifyStream(blob)(cache.read(entry));
  }
  const contents = parseCacheConfig(await readAtMost(cache.read(list), list.key), list.key);
  return { ...contents, read };
}

// Whoever took a key may still be sending its bytes, or was stopped before: which it is, is seen after a while.
async function absentOf(
  cache: ActionsCache,
  blobs: readonly Descriptor[],
  signal: AbortSignal,
): Promise<ReadonlySet<Digest>> {
  let absent = blobs;
  for (let tries = 0; absent.length > 0 && tries < TRIES; tries += 1) {
    if (tries > 0) await sleep(PAUSE_MS, undefined, { signal });
    const found = await Promise.all(absent.map((blob) => cache.find(blobKey(blob))));
    absent = absent.filter((_, at) => found[at] === undefined);
  }
  return new Set(absent.map(({ digest }) => digest));
}

/** Sends the blobs that are not there, and returns those that are not there in the end. */
async function addBlobs(
  cache: ActionsCache,
  layout: Layout,
  { blobs, signal }: { readonly blobs: readonly Descriptor[]; readonly signal: AbortSignal },
): Promise<ReadonlySet<Digest>> {
  const taken: Descriptor[] = [];
  for (const blob of blobs) {
    const key = blobKey(blob);
    if ((await cache.find(key)) !== undefined) continue;
    const entry = { key, size: blob.size, bytes: () => readBlob(layout, blob) };
    if (!(await cache.add(entry))) taken.push(blob);
  }
  return await absentOf(cache, taken, signal);
}

export interface WriteActionsCacheOptions {
  readonly contents: CacheContents;
  readonly signal: AbortSignal;
  /** Told what is left out. */
  readonly warn: (message: string) => void;
}

/**
 * Writes a cache whose blobs are in the layout: what is there already is not sent, and the list comes last. Of a layer that somebody else began
 * to send and that does not come, the steps are left out. Throws CACHE_UNREACHABLE, RegistryError.
 */
export async function writeActionsCache(
  place: ActionsCachePlace,
  layout: Layout,
  { contents, signal, warn }: WriteActionsCacheOptions,
): Promise<void> {
  const cache = new ActionsCache(place, signal);
  const all = [...contents.steps, ...contents.mounts].flatMap(({ layer }) => layer?.descriptor ?? []); // prettier-ignore
  const blobs = [...new Map(all.map((each) => [each.digest, each])).values()];
  const absent = await addBlobs(cache, layout, { blobs, signal });
  for (const digest of absent) warn(`blob ${digest} was begun by somebody else and is not there: its steps are left out`); // prettier-ignore
  // What the list names must be there: others build on it.
  const isThere = ({ layer }: { readonly layer?: CachedLayer }): boolean =>
    layer === undefined || !absent.has(layer.descriptor.digest);
  const [steps, mounts] = [contents.steps.filter(isThere), contents.mounts.filter(isThere)];
  const bytes = Buffer.from(JSON.stringify({ steps, mounts }));
  for (let tries = 1; ; tries += 1) {
    // Others may write theirs at the same moment.
    const key = `${listPrefix(place)}${Date.now()}`;
    if (await cache.add({ key, size: bytes.length, bytes: () => bytes })) return;
    if (tries === TRIES)
      throw new BuildError('CACHE_UNREACHABLE', `${key}: somebody else writes it`);
  }
}
