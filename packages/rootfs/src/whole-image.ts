import { bytesBelow } from './bytes-below.ts';
import { copyUpper } from './copy-upper.ts';
import type { EnsureLayersOptions } from './ensure-layers-options.ts';
import type { StoredLayer } from './find-layer.ts';
import { filesOf } from './find-layer.ts';
import { flattenLayers } from './flatten-layers.ts';
import type { FlattenOptions } from './flatten-layers.ts';
import type { ImageLayer } from './image-layers.ts';
import { DirectoryTimes } from './layer/directory-times.ts';
import { PlanStream } from './layer/plan-stream.ts';
import { beginLayer, commitLayer, syncLayer } from './layer-store.ts';
import { timeOf } from './pack/written-entries.ts';
import { keyOf, treeEntries } from './pack/upper-entries.ts';
import { choosePrivilege } from './privilege.ts';
import { removeTree } from './remove-tree.ts';
import { directoryTree } from './tree.ts';

/**
 * Makes the one directory that has all layers of an image, where no overlay can be made of them: a copy of as many as are together
 * already, and the others over it. It is opaque: whoever has it needs no other. Throws what `unpackInto` throws.
 */
export async function makeWhole(
  layers: readonly ImageLayer[],
  stored: readonly (StoredLayer | undefined)[],
  options: EnsureLayersOptions & Pick<FlattenOptions, 'use'>,
): Promise<string> {
  const { root, use, limits, signal, onEvent } = options;
  const top = layers.at(-1) as ImageLayer;
  const base = stored.findLastIndex((layer) => layer !== undefined);
  const temporary = await beginLayer(root, top.chainId);
  const directory = filesOf(temporary);
  try {
    const below = stored[base];
    if (below !== undefined) await copyUpper(below.directory, directory);
    const times = below === undefined ? new DirectoryTimes() : await timesIn(directory, signal);
    const plan = new PlanStream([...choosePrivilege().before, { op: 'root', path: directory }]);
    const others = layers.slice(base + 1);
    await flattenLayers(others, plan, { use, times, limits, signal, onEvent });
    const { diffId, chainId } = top;
    const record = { diffId, chainId, opaque: true, size: await bytesBelow(directory) };
    const path = await commitLayer(root, temporary, chainId, record);
    syncLayer(path);
    return filesOf(path);
  } catch (error) {
    await removeTree(temporary);
    throw error;
  }
}

async function timesIn(path: string, signal: AbortSignal | undefined): Promise<DirectoryTimes> {
  const times = new DirectoryTimes();
  for (const entry of (
    await treeEntries(directoryTree(path), [{ xattrs: false }], signal)
  ).values()) {
    if (entry.type !== 'directory') continue;
    const key = keyOf(entry);
    times.set(key === '.' ? [] : key.split('/'), timeOf(entry));
  }
  return times;
}
