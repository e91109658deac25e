import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DurableError,
  emptyTrash,
  errnoOf,
  moveToTrash,
  removeTree,
  sweepTemporaries,
} from '@ctrkit/durable';
import { blobPath, readIndex } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import type { Digest, ImageIndex } from '@ctrkit/oci';
import { cachedContent } from './build-cache/step-files.ts';
import { reachableFrom } from './content.ts';
import { acquireGarbageLock, readLeases } from './lease.ts';
import { sweepPartials } from './sweep-partials.ts';
import { storedDigests } from './stored-digests.ts';

export interface GarbageOptions {
  /** More to keep, with all that it refers to: what containers use, for example. */
  keep?: readonly Digest[];
  /**
   * Milliseconds for which an unreferenced blob is left alone: other tools that write into the
   * directory bring the blobs first and take no lease. @default 10 minutes
   */
  minimumAge?: number;
  signal?: AbortSignal;
}

export interface GarbageResult {
  deleted: Digest[];
  /** Bytes that the deleted blobs had, and beginnings of blobs that nobody went on with. */
  reclaimed: number;
  /** Nothing was looked at, because somebody is bringing in content; try again later. */
  deferred: boolean;
}

const TEN_MINUTES = 10 * 60_000;

/**
 * Deletes the blobs that no image, no cached step of a build and no living lease refers to, and what killed processes left
 * half-made. Safe beside everything else, and when it is itself killed: blobs go to the trash one by
 * one, and the next collection empties that. Throws IMAGE_DAMAGED, LEASE_INVALID, and what
 * `acquireLock` throws.
 */
export async function collectGarbage(
  layout: Layout,
  options: GarbageOptions = {},
): Promise<GarbageResult> {
  const { keep = [], minimumAge = TEN_MINUTES, signal } = options;
  const lock = await acquireGarbageLock(layout, signal === undefined ? {} : { signal });
  let result: GarbageResult;
  try {
    const candidates = await blobsOlderThan(layout, minimumAge);
    result = await discardUnreferenced(layout, candidates, keep);
    if (!result.deferred) {
      const before = Date.now() - minimumAge;
      const leased = (await readLeases(layout)).digests;
      result.reclaimed += await sweepPartials(layout, { before, leased });
    }
  } finally {
    lock?.release();
  }
  await emptyBlobTrash(layout);
  await sweepTemporaries(layout.directory);
  await sweepTemporaries(join(layout.directory, 'ingest'));
  return result;
}

/**
 * Moves those of the candidates to the trash that nothing refers to: no entry of `index` (by default the layout's
 * own), no lease, no step of a build that is cached. To be called under the garbage lock, held alone; the trash is the caller's to empty.
 */
export async function discardUnreferenced(
  layout: Layout,
  candidates: Iterable<Digest>,
  keep: readonly Digest[] = [],
  index?: ImageIndex,
): Promise<GarbageResult> {
  const leased = await readLeases(layout);
  if (leased.everything) return { deleted: [], reclaimed: 0, deferred: true };
  const { manifests } = index ?? (await readIndex(layout));
  const cached = cachedContent(layout).blobs;
  const kept = await reachableFrom(layout, [...manifests, ...leased.digests, ...keep]);
  for (const digest of cached) kept.add(digest);
  const result: GarbageResult = { deleted: [], reclaimed: 0, deferred: false };
  for (const digest of candidates) {
    const size = kept.has(digest) ? undefined : await discard(layout, digest);
    if (size === undefined) continue;
    result.deleted.push(digest);
    result.reclaimed += size;
  }
  return result;
}

/** Where deleted blobs wait, and what others of the machine delete; see durable's trash. */
export function trashDirectory(layout: Layout): string {
  return join(layout.directory, 'trash');
}

/** Deletes what is in the trash. Files of a container's, of other ids than ours, are left to those who can delete them. */
export async function emptyBlobTrash(layout: Layout): Promise<void> {
  await emptyTrash(trashDirectory(layout), async (path) => {
    await removeTree(path).catch((error: unknown) => {
      if (!(error instanceof DurableError && error.code === 'PERMISSION_DENIED')) throw error;
    });
  });
}

async function discard(layout: Layout, digest: Digest): Promise<number | undefined> {
  const path = blobPath(layout, digest);
  try {
    const { size } = await stat(path);
    await outOfSight(path, trashDirectory(layout));
    return size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

// A full disk may have no room for one more name.
async function outOfSight(path: string, trash: string): Promise<void> {
  try {
    await moveToTrash(path, trash);
  } catch (error) {
    if (!(error instanceof DurableError && error.code === 'NO_SPACE')) throw error;
    await rm(path, { force: true });
  }
}

async function blobsOlderThan(layout: Layout, minimumAge: number): Promise<Digest[]> {
  const limit = Date.now() - minimumAge;
  const old: Digest[] = [];
  for (const digest of storedDigests(layout)) {
    // A rename sets ctime, so it tells when the blob came under its name.
    if ((await changedAt(layout, digest)) <= limit) old.push(digest);
  }
  return old;
}

async function changedAt(layout: Layout, digest: Digest): Promise<number> {
  try {
    return (await stat(blobPath(layout, digest))).ctimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return Infinity;
    throw error;
  }
}
