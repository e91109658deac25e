import { chmod, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  bootId,
  errnoOf,
  explainSystemError,
  moveToTrash,
  sweepTemporaries,
  temporaryName,
  writeFileAtomic,
} from '@ctrkit/durable';
import type { Digest } from '@ctrkit/oci';
import { runDetached } from '@ctrkit/syscalls';
import { filesOf, findLayer, layerPath, RECORD, SYNCED } from './find-layer.ts';
import type { LayerRecord } from './find-layer.ts';
import { removeTree } from './remove-tree.ts';
import { chooseStorage } from './storage.ts';

/** A new place for a layer that is being unpacked; what dead processes left half-made is removed first. */
export async function beginLayer(root: string, id: Digest): Promise<string> {
  await chooseStorage(root);
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
 * failure may have damaged makes way. Its files are not synced: see `syncLayers`; its record is where `sync` asks for it.
 */
export async function commitLayer(
  root: string,
  temporary: string,
  id: Digest,
  record: Omit<LayerRecord, 'bootId'>,
  { sync = false }: { readonly sync?: boolean } = {},
): Promise<string> {
  const final = layerPath(root, id);
  const text = JSON.stringify({ ...record, bootId: bootId() });
  await writeFileAtomic(join(temporary, RECORD), text, { sync });
  if (await isRenamed(temporary, final)) return final;
  if (findLayer(root, id) === undefined) {
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
export function syncLayers(paths: readonly string[]): void {
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
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

/** The same of one. */
export const syncLayer = (path: string): void => syncLayers([path]);
