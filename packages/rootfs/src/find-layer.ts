import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bootId, errnoOf, explainSystemError } from '@ctrkit/durable';
import { digestAlgorithm, digestHex, OciError, parseJson } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { choosePrivilege } from './privilege.ts';
import { storageOf } from './storage.ts';

/** What stands in a layer's `layer.json`. */
export interface LayerRecord {
  /** Absent where it is no image's, but what a container changed. */
  readonly diffId?: Digest;
  /** Only where the layer leans on the ones below it. */
  readonly chainId?: Digest;
  /** Nothing of the layers below shows. */
  readonly opaque: boolean;
  /** Bytes of its files; layers of earlier versions do not say. */
  readonly size?: number;
  /** The boot in which it was unpacked: until it is synced, it is whole only within that one. */
  readonly bootId: string;
}

/** A layer that is there. */
export interface StoredLayer {
  /** Its files. */
  readonly directory: string;
  readonly opaque: boolean;
  /** Bytes of its files, where that is known. */
  readonly size?: number;
}

export const RECORD = 'layer.json';
export const SYNCED = 'synced';

/** Where the layers are whose files have the owners that this user's have, each alone or together with those below it. */
export function layersDirectory(root: string): string {
  const together = storageOf(root) === 'copy' ? 'together' : '';
  return resolve(root, 'layers', choosePrivilege().layers, together);
}

/** Where the layer of that id (a diff id, or a chain id) is kept. */
export function layerPath(root: string, id: Digest): string {
  return resolve(layersDirectory(root), digestAlgorithm(id), digestHex(id));
}

/** The directory of a layer's files. */
export function filesOf(path: string): string {
  return join(path, 'fs');
}

/** What is recorded of the layer in that directory; undefined where there is none that is whole. */
export function readLayerRecord(path: string): LayerRecord | undefined {
  try {
    const record = parseJson(readFileSync(join(path, RECORD)), { maxBytes: 64 * 1024 });
    return record as LayerRecord;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    // Cut off by a power failure: as good as none.
    if (error instanceof OciError) return undefined;
    throw explainSystemError(error, path);
  }
}

/** Whether the files of a layer, by their directory, are what a container changed and others share with it. */
export function isSharedUpper(directory: string): boolean {
  const record = readLayerRecord(dirname(directory));
  return record !== undefined && record.diffId === undefined;
}

/** The layer of that id if it is whole: unpacked in this boot, or synced since. */
export function findLayer(root: string, id: Digest): StoredLayer | undefined {
  const path = layerPath(root, id);
  const record = readLayerRecord(path);
  if (record === undefined) return undefined;
  if (record.bootId !== bootId() && !existsSync(join(path, SYNCED))) return undefined;
  const { opaque, size } = record;
  return { directory: filesOf(path), opaque, ...(size !== undefined && { size }) };
}
