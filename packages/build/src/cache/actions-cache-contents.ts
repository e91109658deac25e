import { readBlob, verifyStream } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Descriptor } from '@ctrkit/oci';
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

async function addBlob(cache: ActionsCache, layout: Layout, blob: Descriptor): Promise<void> {
  const key = blobKey(blob);
  if ((await cache.find(key)) !== undefined) return;
  await cache.add({ key, size: blob.size, bytes: () => readBlob(layout, blob) });
}

/** Writes a cache whose blobs are in the layout: what is there already is not sent, and the list comes last. Throws CACHE_UNREACHABLE, RegistryError. */
export async function writeActionsCache(
  place: ActionsCachePlace,
  layout: Layout,
  { contents, signal }: { readonly contents: CacheContents; readonly signal: AbortSignal },
): Promise<void> {
  const cache = new ActionsCache(place, signal);
  const blobs = [...contents.steps, ...contents.mounts].flatMap(({ layer }) => layer?.descriptor ?? []); // prettier-ignore
  for (const blob of new Map(blobs.map((each) => [each.digest, each])).values()) {
    await addBlob(cache, layout, blob);
  }
  const bytes = Buffer.from(JSON.stringify({ steps: contents.steps, mounts: contents.mounts }));
  for (let tries = 1; ; tries += 1) {
    // Others may write theirs at the same moment.
    const key = `${listPrefix(place)}${Date.now()}`;
    if (await cache.add({ key, size: bytes.length, bytes: () => bytes })) return;
    if (tries === TRIES)
      throw new BuildError('CACHE_UNREACHABLE', `${key}: somebody else writes it`);
  }
}
