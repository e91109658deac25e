import { statSync } from 'node:fs';
import { join } from 'node:path';
import { listCachedSteps, openImageStore } from '@ctrkit/image-store';
import type { CachedStep } from '@ctrkit/image-store';
import { bytesBelow, storedLayerSize } from '@ctrkit/rootfs';
import { namesIn } from '@ctrkit/durable';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';

/** Something that a build left for later ones. */
export interface BuildCacheEntry {
  /** 64 hex digits of a step's key, or the name of the directory of a cache mount. */
  readonly id: string;
  /** `regular`: what a step made. `exec.cachemount`: the directory of `RUN --mount=type=cache`. */
  readonly type: 'regular' | 'exec.cachemount';
  /** The instruction. */
  readonly description: string;
  /** Bytes: the blob and the unpacked files. */
  readonly size: number;
  /** An image has its layer too, so that nothing is gained by removing it. */
  readonly inUse: boolean;
  /** RFC 3339. */
  readonly created: string;
  readonly lastUsed: Date;
}

export const cacheMounts = ({ root }: Engine): string => join(root, 'build-cache/mounts');

/** The layers that images have, by diff id. */
async function imageLayers(engine: Engine): Promise<ReadonlySet<Digest>> {
  const records = await (await openImageStore(engine)).list();
  return new Set(records.flatMap(({ layers }) => layers));
}

async function entryOf(
  engine: Engine,
  { key, text, layer, created, lastUsed }: CachedStep & { readonly lastUsed: Date },
  used: ReadonlySet<Digest>,
  isCounted: boolean,
): Promise<BuildCacheEntry> {
  const unpacked = layer === undefined ? 0 : await storedLayerSize(engine.root, layer.diffId);
  const size = unpacked + (layer?.descriptor.size ?? 0);
  return {
    id: key.slice('sha256:'.length),
    type: 'regular',
    description: text,
    size: isCounted ? 0 : size,
    inUse: layer !== undefined && used.has(layer.diffId),
    created,
    lastUsed,
  };
}

async function mountEntries(engine: Engine): Promise<BuildCacheEntry[]> {
  const directory = cacheMounts(engine);
  const names = namesIn(directory).filter((name) => /^[0-9a-f]{64}(?:\.\d+)?$/.test(name));
  return await Promise.all(
    names.map(async (name): Promise<BuildCacheEntry> => {
      const status = statSync(join(directory, name), { throwIfNoEntry: false });
      const size = await bytesBelow(join(directory, name));
      const created = new Date(status?.birthtimeMs ?? 0).toISOString();
      return { id: name, type: 'exec.cachemount', description: 'cache mount', size, inUse: false, created, lastUsed: status?.mtime ?? new Date(0) }; // prettier-ignore
    }),
  );
}

/** What builds left for later ones, the least recently used first. Steps that only lead to others are not told. */
export async function buildCache(engine: Engine): Promise<BuildCacheEntry[]> {
  const { layout } = await openImageStore(engine);
  const steps = listCachedSteps(layout).filter(({ alias }) => alias === undefined);
  const used = await imageLayers(engine);
  // Several steps may have made the same layer.
  const first = new Map(steps.toReversed().map(({ key, layer }) => [layer?.diffId, key]));
  const entries = await Promise.all(
    steps.map((step) => entryOf(engine, step, used, first.get(step.layer?.diffId) !== step.key)),
  );
  const all = [...entries, ...(await mountEntries(engine))];
  return all.toSorted((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
}
