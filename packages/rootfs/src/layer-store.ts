import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  bootId,
  errnoOf,
  explainSystemError,
  moveToTrash,
  sweepTemporaries,
  temporaryName,
} from '@ctrkit/durable';
import { digestAlgorithm, digestHex, parseJson } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { runDetached } from '@ctrkit/syscalls';
import { removeTree } from './remove-tree.ts';

/** What stands in a layer's `layer.json`. */
export interface LayerRecord {
  readonly diffId: Digest;
  /** Only where the layer leans on the ones below it. */
  readonly chainId?: Digest;
  /** Nothing of the layers below shows. */
  readonly opaque: boolean;
  /** The boot in which it was unpacked: until it is synced, it is whole only within that one. */
  readonly bootId: string;
}

/** A layer that is there. */
export interface StoredLayer {
  /** Its files. */
  readonly directory: string;
  readonly opaque: boolean;
}

const RECORD = 'layer.json';
const SYNCED = 'synced';

/** Where the layer of that id (a diff id, or a chain id) is kept. */
export function layerPath(root: string, id: Digest): string {
  return resolve(root, 'layers', digestAlgorithm(id), digestHex(id));
}

/** The directory of a layer's files. */
export function filesOf(path: string): string {
  return join(path, 'fs');
}

async function readRecord(path: string): Promise<LayerRecord | undefined> {
  try {
    const record = parseJson(await readFile(join(path, RECORD)), { maxBytes: 64 * 1024 });
    return record as LayerRecord;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    // Cut off by a power failure: as good as none.
    if (errnoOf(error) === undefined) return undefined;
    throw explainSystemError(error, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The layer of that id if it is whole: unpacked in this boot, or synced since. */
export async function findLayer(root: string, id: Digest): Promise<StoredLayer | undefined> {
  const path = layerPath(root, id);
  const record = await readRecord(path);
  if (record === undefined) return undefined;
  if (record.bootId !== bootId() && !(await exists(join(path, SYNCED)))) return undefined;
  return { directory: filesOf(path), opaque: record.opaque };
}

/** A new place for a layer that is being unpacked; what dead processes left half-made is removed first. */
export async function beginLayer(root: string, id: Digest): Promise<string> {
  const final = layerPath(root, id);
  try {
    await mkdir(dirname(final), { recursive: true, mode: 0o700 });
    await sweepTemporaries(dirname(final), removeTree);
    const temporary = temporaryName(final);
    await mkdir(temporary, { mode: 0o700 });
    await mkdir(filesOf(temporary));
    // What `/` is to every container, unless the layer says otherwise; whatever our umask.
    await chmod(filesOf(temporary), 0o755);
    return temporary;
  } catch (error) {
    throw explainSystemError(error, final);
  }
}

/**
 * Gives a finished layer its name, in one step. Who comes second takes the first one's; a layer that a power
 * failure may have damaged makes way. Not synced: see `syncLayers`.
 */
export async function commitLayer(
  root: string,
  temporary: string,
  record: Omit<LayerRecord, 'bootId'>,
): Promise<string> {
  const id = record.chainId ?? record.diffId;
  const final = layerPath(root, id);
  await writeFile(join(temporary, RECORD), JSON.stringify({ ...record, bootId: bootId() }));
  if (await isRenamed(temporary, final)) return final;
  if ((await findLayer(root, id)) === undefined) {
    const damaged = await moveToTrash(final, join(root, 'trash'));
    if (await isRenamed(temporary, final)) {
      await removeTree(damaged);
      return final;
    }
  }
  await removeTree(temporary);
  return final;
}

async function isRenamed(temporary: string, final: string): Promise<boolean> {
  try {
    await rename(temporary, final);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' || errnoOf(error) === 'ENOTEMPTY') return false;
    throw explainSystemError(error, final);
  }
}

/**
 * Marks layers as synced once they are on disk. That may take seconds, so it is done by a process of its own,
 * when the user has been served; where it fails, the layers are made again after the next boot.
 */
export function syncLayers(paths: readonly string[], owner: { uid: number; gid: number }): void {
  const marked = { mode: 0o600, ...owner, xattrs: [], seconds: 0, nanoseconds: 0 };
  runDetached(
    'tree',
    paths.flatMap((path) => [
      { op: 'root' as const, path },
      { op: 'sync' as const },
      { op: 'make-file' as const, path: SYNCED, ...marked, content: Buffer.alloc(0) },
    ]),
  );
}
