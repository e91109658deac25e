import { decompress, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { layerCompression } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { filesOf, findLayer, layerPath } from '../find-layer.ts';
import type { ImageLayer } from '../image-layers.ts';
import { choosePrivilege } from '../privilege.ts';
import { compareTree } from './compare-tree.ts';
import { storageOf } from '../storage.ts';
import { readLayerFiles } from './layer-files.ts';
import type { LayerFiles } from './layer-files.ts';
import { layOver } from './merge-layers.ts';
import type { ImageFiles } from './merge-layers.ts';

/** An unpacked layer that is not what its blob says. */
export interface LayerDamage {
  /** The name of its directory: a diff id, or a chain id. */
  readonly id: Digest;
  readonly directory: string;
  /** Paths that differ; the first hundred. */
  readonly paths: readonly string[];
}

async function filesIn(
  layout: Layout,
  { descriptor }: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<LayerFiles> {
  const bytes = decompress(readBlob(layout, descriptor), layerCompression(descriptor.mediaType));
  return await readLayerFiles(bytes, { signal });
}

async function together(
  layout: Layout,
  layers: readonly ImageLayer[],
  signal: AbortSignal | undefined,
): Promise<LayerFiles> {
  const files: ImageFiles = new Map();
  for (const layer of layers) layOver(files, await filesIn(layout, layer, signal));
  return { files, removed: new Set(), opaque: new Set() };
}

/**
 * Holds a layer (the last of those of an image up to it), where it is unpacked, against its blob: every name, kind, owner, mode, target and byte, not which names
 * are links to one file, times, nor extended attributes. Answers what differs, or undefined when nothing does or it is not unpacked. Throws LAYER_INVALID, and what layout's
 * `readBlob` and `decompress` throw.
 */
export async function verifyLayer(
  layout: Layout,
  layers: readonly ImageLayer[],
  { root, signal }: { root: string; signal?: AbortSignal | undefined },
): Promise<LayerDamage | undefined> {
  const { diffId, chainId } = layers.at(-1) as ImageLayer;
  const isWhole = storageOf(root) === 'copy';
  const ids = isWhole ? [chainId] : [diffId, chainId];
  const id = ids.find((each) => findLayer(root, each) !== undefined);
  if (id === undefined) return undefined;
  const layer = isWhole
    ? await together(layout, layers, signal)
    : await filesIn(layout, layers.at(-1) as ImageLayer, signal);
  const directory = filesOf(layerPath(root, id));
  const privilege = choosePrivilege();
  // One that leans on others holds copies of their files as well.
  const isAlone = isWhole || id === diffId;
  const paths = await compareTree(layer, directory, { privilege, isAlone, signal });
  return paths.length === 0 ? undefined : { id, directory, paths };
}
