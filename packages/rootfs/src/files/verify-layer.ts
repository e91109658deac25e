import { decompress, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { layerCompression } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { filesOf, findLayer, layerPath } from '../find-layer.ts';
import type { ImageLayer } from '../image-layers.ts';
import { choosePrivilege } from '../privilege.ts';
import { compareTree } from './compare-tree.ts';
import { readLayerFiles } from './layer-files.ts';

/** An unpacked layer that is not what its blob says. */
export interface LayerDamage {
  /** The name of its directory: a diff id, or a chain id. */
  readonly id: Digest;
  readonly directory: string;
  /** Paths that differ; the first hundred. */
  readonly paths: readonly string[];
}

/**
 * Holds a layer, where it is unpacked, against its blob: every name, kind, owner, mode, target and byte, not which names
 * are links to one file, times, nor extended attributes. Answers what differs, or undefined when nothing does or it is not unpacked. Throws LAYER_INVALID, and what layout's
 * `readBlob` and `decompress` throw.
 */
export async function verifyLayer(
  layout: Layout,
  { descriptor, diffId, chainId }: ImageLayer,
  { root, signal }: { root: string; signal?: AbortSignal | undefined },
): Promise<LayerDamage | undefined> {
  const id = [diffId, chainId].find((each) => findLayer(root, each) !== undefined);
  if (id === undefined) return undefined;
  const bytes = decompress(readBlob(layout, descriptor), layerCompression(descriptor.mediaType));
  const layer = await readLayerFiles(bytes, { signal });
  const directory = filesOf(layerPath(root, id));
  const privilege = choosePrivilege();
  // One that leans on others holds copies of their files as well.
  const isAlone = id === diffId;
  const paths = await compareTree(layer, directory, { privilege, isAlone, signal });
  return paths.length === 0 ? undefined : { id, directory, paths };
}
