import { findStored, storageOf } from '@ctrkit/rootfs';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';

/** Where the layers of an image are unpacked, and the bytes of their files, the lowest first. */
export interface UnpackedImage {
  readonly directories: readonly string[];
  /** Of each layer; of none where they are kept together only. */
  readonly sizes: readonly number[];
  readonly size: number;
}

function togetherIn({ root }: Engine, chains: readonly Digest[]): UnpackedImage | undefined {
  const [top] = chains.slice(-1);
  const layer = top === undefined ? undefined : findStored(root, { diffId: top, chainId: top });
  if (layer?.size === undefined) return undefined;
  return { directories: [layer.directory], sizes: [], size: layer.size };
}

/** What an image is unpacked; undefined where a layer is not, or does not tell its size. */
export function unpackedImage(
  engine: Engine,
  diffIds: readonly Digest[],
): UnpackedImage | undefined {
  const chains = chainIds(diffIds);
  if (storageOf(engine.root) === 'copy') return togetherIn(engine, chains);
  const directories: string[] = [];
  const sizes: number[] = [];
  for (const [index, diffId] of diffIds.entries()) {
    const layer = findStored(engine.root, { diffId, chainId: chains[index] ?? diffId });
    if (layer?.size === undefined) return undefined;
    directories.push(layer.directory);
    sizes.push(layer.size);
  }
  return { directories, sizes, size: sizes.reduce((sum, size) => sum + size, 0) };
}
