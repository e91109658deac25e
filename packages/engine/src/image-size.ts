import { findStored } from '@ctrkit/rootfs';
import { chainIds } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import type { Engine } from './engine.ts';

/** Where the layers of an image are unpacked, and the bytes of their files, the lowest first. */
export interface UnpackedImage {
  readonly directories: readonly string[];
  /** Of each layer. */
  readonly sizes: readonly number[];
  readonly size: number;
}

/** What an image is unpacked; undefined where a layer is not, or does not tell its size. */
export function unpackedImage(
  engine: Engine,
  diffIds: readonly Digest[],
): UnpackedImage | undefined {
  const chains = chainIds(diffIds);
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
