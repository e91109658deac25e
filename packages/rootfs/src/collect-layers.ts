import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  acquireLock,
  emptyTrash,
  errnoOf,
  explainSystemError,
  moveToTrash,
  sweepTemporaries,
} from '@ctrkit/durable';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';
import { bytesBelow } from './bytes-below.ts';
import { filesOf, layerPath, layersDirectory, readLayerRecord } from './find-layer.ts';
import { claimedLayers, collectorsDirectory, newFile, sweepClaims } from './layer-claims.ts';
import { removeTree } from './remove-tree.ts';

export interface CollectLayersOptions {
  /**
   * The ids of the layers that are needed, diff ids and chain ids; undefined where nobody can tell. Asked when no claim
   * can begin any more: whoever had one until then can be found by what it was for.
   */
  readonly needed: () => Promise<ReadonlySet<Digest> | undefined>;
  readonly signal?: AbortSignal;
}

export interface CollectedLayers {
  readonly deleted: readonly Digest[];
  /** Bytes that their files had. */
  readonly reclaimed: number;
  /** Nothing was looked at, because nobody can tell what is needed; try again later. */
  readonly deferred: boolean;
}

const PAUSE_MS = 5;
/** A claim is written within one system call; who takes longer is stopped. */
const PATIENCE = 200;

/**
 * Deletes the unpacked layers that are neither needed nor claimed, and what killed processes left half-made. Safe beside
 * everything that claims its layers first (`ensureLayers` does), and when it is itself killed: a layer goes out of sight
 * as one step, and the next collection empties the trash.
 * Throws what `needed` throws, LOCK_UNAVAILABLE, READ_ONLY, PERMISSION_DENIED, UNPACK_FAILED.
 */
export async function collectLayers(
  root: string,
  { needed, signal }: CollectLayersOptions,
): Promise<CollectedLayers> {
  const gone = await takeAway(root, needed, signal);
  let reclaimed = 0;
  for (const { size, path } of gone ?? []) reclaimed += size ?? (await bytesBelow(filesOf(path)));
  await emptyTrash(join(root, 'trash'), removeTree);
  for (const directory of Object.values(directoriesOf(root))) {
    await sweepTemporaries(directory, removeTree);
  }
  return { deleted: (gone ?? []).map(({ id }) => id), reclaimed, deferred: gone === undefined };
}

/** A layer in the trash. */
interface Discarded {
  readonly id: Digest;
  readonly path: string;
  readonly size: number | undefined;
}

async function takeAway(
  root: string,
  needed: CollectLayersOptions['needed'],
  signal: AbortSignal | undefined,
): Promise<Discarded[] | undefined> {
  return await whileNoneBegins(root, signal, async (claimed) => {
    const kept = claimed === undefined ? undefined : await needed();
    if (claimed === undefined || kept === undefined) return undefined;
    return await discardOthers(root, (id) => claimed.has(id) || kept.has(id));
  });
}

/**
 * Takes one unpacked layer away, so that whoever needs it next makes it again; false where it is claimed, or used as `isUsed`
 * says, which is asked when no claim can begin any more. Throws LOCK_UNAVAILABLE, READ_ONLY, PERMISSION_DENIED, UNPACK_FAILED.
 */
export async function discardLayer(
  root: string,
  id: Digest,
  { isUsed = () => false, signal }: { isUsed?: () => boolean; signal?: AbortSignal } = {},
): Promise<boolean> {
  const path = await whileNoneBegins(root, signal, async (claimed) => {
    if (claimed === undefined || claimed.has(id) || isUsed()) return undefined;
    return await moveToTrash(layerPath(root, id), join(root, 'trash'));
  });
  if (path !== undefined) await removeTree(path);
  return path !== undefined;
}

// Whoever starts a container waits for this, so it is short: it looks and renames.
async function whileNoneBegins<T>(
  root: string,
  signal: AbortSignal | undefined,
  look: (claimed: ReadonlySet<Digest> | undefined) => Promise<T>,
): Promise<T> {
  await makeDirectory(join(root, 'layers'));
  await using _ = await acquireLock(
    join(root, 'layers/.collect.lock'),
    signal === undefined ? {} : { signal },
  );
  await sweepClaims(root);
  const marker = newFile(collectorsDirectory(root), '');
  try {
    return await look(await readClaims(root));
  } finally {
    await rm(marker, { force: true });
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

async function readClaims(root: string): Promise<ReadonlySet<Digest> | undefined> {
  for (let tries = 0; tries < PATIENCE; tries++) {
    const { ids, isUnfinished } = claimedLayers(root);
    if (!isUnfinished) return ids;
    await sleep(PAUSE_MS);
  }
  return undefined;
}

async function discardOthers(root: string, isKept: (id: Digest) => boolean): Promise<Discarded[]> {
  const discarded: Discarded[] = [];
  for (const id of await storedLayers(root)) {
    if (isKept(id)) continue;
    const place = layerPath(root, id);
    const size = readLayerRecord(place)?.size;
    discarded.push({ id, size, path: await moveToTrash(place, join(root, 'trash')) });
  }
  return discarded;
}

/** The ids of all layers that are unpacked. */
export async function storedLayers(root: string): Promise<Digest[]> {
  const ids: Digest[] = [];
  for (const [algorithm, directory] of Object.entries(directoriesOf(root))) {
    const names = await readdir(directory).catch(nothingThere);
    ids.push(...names.map((name) => `${algorithm}:${name}`).filter(isDigest));
  }
  return ids;
}

/** Bytes of the files of the layer of that id, 0 where there is none. */
export async function storedLayerSize(root: string, id: Digest): Promise<number> {
  const path = layerPath(root, id);
  return readLayerRecord(path)?.size ?? (await bytesBelow(filesOf(path)));
}

function directoriesOf(root: string): Record<'sha256' | 'sha512', string> {
  const layers = layersDirectory(root);
  return { sha256: join(layers, 'sha256'), sha512: join(layers, 'sha512') };
}

// What a container's root made unreadable to us has no size that we can tell.
function nothingThere(error: unknown): never[] {
  if (['ENOENT', 'EACCES'].includes(errnoOf(error) ?? '')) return [];
  throw error;
}
