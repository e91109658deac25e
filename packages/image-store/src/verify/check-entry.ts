import { lstat } from 'node:fs/promises';
import { errnoOf } from '@ctrkit/durable';
import { blobPath, checkManifest, hasBlob, LayoutError, readSmallBlob } from '@ctrkit/layout';
import type { Layout } from '@ctrkit/layout';
import {
  hostPlatform,
  isIndexType,
  isManifestType,
  OciError,
  parseManifestOrIndex,
  selectPlatform,
} from '@ctrkit/oci';
import type { Descriptor, Digest } from '@ctrkit/oci';
import type { Entry } from '../entries.ts';
import type { BlobChecker } from './blob-checker.ts';
import type { ProblemList } from './problem-list.ts';

const DEEPEST = 8;

/** What a check works with. */
export interface Check {
  readonly layout: Layout;
  readonly checker: BlobChecker;
  readonly problems: ProblemList;
  readonly signal: AbortSignal | undefined;
}

/** The check of one entry: what it lists many times is looked at once. */
interface EntryCheck extends Check {
  readonly seen: Set<string>;
}

/** Follows an image from its entry to its last byte and notes what is wrong. */
export async function checkEntry(check: Check, entry: Entry): Promise<void> {
  await checkTarget({ ...check, seen: new Set() }, entry, entry.descriptor, DEEPEST);
}

async function checkTarget(
  check: EntryCheck,
  entry: Entry,
  target: Descriptor,
  depth: number,
): Promise<void> {
  check.signal?.throwIfAborted();
  const key = [depth, target.mediaType, target.size, target.digest].join(' ');
  if (check.seen.has(key)) return;
  check.seen.add(key);
  if (!(await checkBlob(check, entry, target))) return;
  try {
    if (isIndexType(target.mediaType) && depth > 0) await checkIndex(check, entry, target, depth);
    if (isManifestType(target.mediaType)) await checkParts(check, entry, target);
  } catch (error) {
    if (!isBroken(error)) throw error;
    const message = `image ${target.digest}: ${error.message}`;
    check.problems.addBlob(target, { code: 'IMAGE_INVALID', message }, entry);
  }
}

async function checkBlob(check: Check, entry: Entry, blob: Descriptor): Promise<boolean> {
  const finding = await check.checker.check(blob);
  if (!finding.ok) check.problems.addBlob(blob, finding, entry);
  return finding.ok;
}

// Who pulls fetches one platform of several; so the others may be absent, but not one that was begun.
async function checkIndex(
  check: EntryCheck,
  entry: Entry,
  target: Descriptor,
  depth: number,
): Promise<void> {
  const { layout } = check;
  const content = parseManifestOrIndex(await readSmallBlob(layout, target), target.mediaType);
  if (content.kind !== 'index') return;
  const { manifests } = content.index;
  const present: Descriptor[] = [];
  for (const child of manifests) if (await isThere(layout, child)) present.push(child);
  const wanted = selectPlatform(manifests, hostPlatform()) ?? manifests[0];
  if (present.length === 0 && wanted !== undefined) present.push(wanted);
  for (const child of present) await checkTarget(check, entry, child, depth - 1);
}

// Also with wrong bytes, of a wrong size, or where there is no file.
async function isThere(layout: Layout, { digest }: Descriptor): Promise<boolean> {
  try {
    await lstat(blobPath(layout, digest));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function checkParts(check: Check, entry: Entry, target: Descriptor): Promise<void> {
  const { layout } = check;
  const content = parseManifestOrIndex(await readSmallBlob(layout, target), target.mediaType);
  if (content.kind !== 'manifest') return;
  const { manifest } = content;
  const config = (await checkBlob(check, entry, manifest.config))
    ? (await checkManifest(layout, target)).config
    : undefined;
  for (const [at, layer] of manifest.layers.entries()) {
    if (await mayBeAbsent(layout, layer)) continue;
    await checkLayer(check, entry, layer, config?.rootfs.diff_ids[at]);
  }
}

async function mayBeAbsent(layout: Layout, layer: Descriptor): Promise<boolean> {
  return (layer.urls ?? []).length > 0 && !(await hasBlob(layout, layer));
}

async function checkLayer(
  check: Check,
  entry: Entry,
  layer: Descriptor,
  diffId: Digest | undefined,
): Promise<void> {
  if (diffId === undefined) {
    await checkBlob(check, entry, layer);
    return;
  }
  const finding = await check.checker.checkLayer(layer, diffId);
  if (!finding.ok) check.problems.addBlob(layer, finding, entry);
  else if (finding.diffId !== diffId) {
    const message = `layer ${layer.digest}: unpacks to ${finding.diffId}, not to ${diffId}`;
    check.problems.addBlob(layer, { code: 'DIFF_ID_WRONG', message }, entry);
  }
}

const broken: ReadonlySet<string> = new Set(['IMAGE_INVALID', 'BLOB_TOO_LARGE']);

function isBroken(error: unknown): error is LayoutError | OciError {
  return error instanceof OciError || (error instanceof LayoutError && broken.has(error.code));
}
