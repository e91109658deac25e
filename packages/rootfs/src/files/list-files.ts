import { decompress, readBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import { layerCompression } from '@ctrkit/oci';
import type { ImageLayer } from '../image-layers.ts';
import { readLayerFiles } from './layer-files.ts';
import type { LayerFile } from './layer-files.ts';

/** What a layer has, or takes away, at one path. */
export interface ListedEntry {
  /** Absolute; bytes that are no UTF-8 are replaced. A path that ends in `/*` is all that lower layers have in a directory. */
  readonly path: string;
  readonly type: LayerFile['type'] | 'removed';
  /** At most 0o7777. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Bytes, of a file. */
  readonly size?: number;
  /** Where a symbolic link leads, and a hard link into a lower layer. */
  readonly target?: string;
}

const shown = (path: string): string => `/${Buffer.from(path, 'latin1').toString('utf8')}`;

function entryOf(path: string, file: LayerFile): ListedEntry {
  const { type, mode, uid, gid, size, target } = file;
  const leads = target === '' ? {} : { target: Buffer.from(target, 'latin1').toString('utf8') };
  // A hard link into a lower layer: only that one tells what it is.
  if (size === -1) return { path: shown(path), type, ...leads };
  const bytes = type === 'file' ? { size } : {};
  return { path: shown(path), type, mode, uid, gid, ...bytes, ...leads };
}

const removed = (path: string): ListedEntry => ({ path: shown(path), type: 'removed' });

/**
 * What one layer of an image has and removes, by its path; read from its blob, nothing is unpacked. Throws LAYER_INVALID, and what layout's `readBlob`
 * and `decompress` throw.
 */
export async function listLayerFiles(
  layout: Layout,
  { descriptor }: Pick<ImageLayer, 'descriptor'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<ListedEntry[]> {
  const tar = decompress(readBlob(layout, descriptor), layerCompression(descriptor.mediaType));
  const layer = await readLayerFiles(tar, { signal });
  const hidden = [...layer.opaque].map((path) => removed(path === '' ? '*' : `${path}/*`));
  return [
    ...[...layer.files].map(([path, file]) => entryOf(path, file)),
    ...[...layer.removed].map(removed),
    ...hidden,
  ].toSorted((one, other) => (one.path < other.path ? -1 : Number(one.path > other.path)));
}
