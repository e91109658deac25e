import { join } from 'node:path';
import { withLock, writeFileAtomic } from '@ctrkit/durable';
import { parseImageIndex } from '@ctrkit/oci';
import type { ImageIndex } from '@ctrkit/oci';
import { LayoutError } from './layout-error.ts';
import { indexLockPath } from './layout.ts';
import type { Layout } from './layout.ts';
import { readCapped } from './read-capped.ts';

const LIMIT = 4 * 1024 * 1024;
// Nobody writes more than a few names and notes into an entry; what an archive has in one would fill the index for all.
const LARGEST_ENTRY = 64 * 1024;
// What is left for names that change.
const ROOM = 256 * 1024;

/**
 * The layout's index.json, read without a lock: it is replaced whole, so that it is always one that
 * somebody committed. Throws LAYOUT_INVALID, or oci's MANIFEST_INVALID as its cause.
 */
export async function readIndex(layout: Layout): Promise<ImageIndex> {
  const path = join(layout.directory, 'index.json');
  const bytes = readCapped(path, LIMIT);
  if (bytes === undefined) {
    throw new LayoutError('LAYOUT_INVALID', `${path}: is missing`, { path });
  }
  if (bytes.length > LIMIT) {
    throw new LayoutError('LAYOUT_INVALID', `${path}: is larger than ${LIMIT} bytes`, { path });
  }
  try {
    return parseImageIndex(bytes);
  } catch (cause) {
    throw new LayoutError('LAYOUT_INVALID', `${path}: is not an image index`, { path, cause });
  }
}

/**
 * Replaces index.json by what `change` makes of it, under its lock, so that concurrent updates all
 * count. `change` answers a new index, or the very one that it was given to leave it as it is. No
 * other lock may be asked for inside. What `readIndex` could not read again is not written: INDEX_TOO_LARGE where an
 * entry that is added has more than 64 KiB, or a growing index nearly 4 MiB. Throws also what `readIndex`,
 * `acquireLock` and `writeFileAtomic` throw.
 */
export async function updateIndex(
  layout: Layout,
  change: (index: ImageIndex) => ImageIndex,
): Promise<void> {
  const path = join(layout.directory, 'index.json');
  await withLock(indexLockPath(layout), async () => {
    const before = await readIndex(layout);
    const after = change(before);
    if (after === before) return;
    const text = JSON.stringify(after);
    requireReadable(path, before, after, Buffer.byteLength(text));
    await writeFileAtomic(path, text, { mode: 0o644 });
  });
}

function requireReadable(path: string, before: ImageIndex, after: ImageIndex, size: number): void {
  const known = new Set(before.manifests);
  const added = after.manifests.filter((entry) => !known.has(entry));
  const large = added.find((entry) => Buffer.byteLength(JSON.stringify(entry)) > LARGEST_ENTRY);
  if (large !== undefined) {
    const what = `image ${large.digest}: its entry has more than ${LARGEST_ENTRY} bytes`;
    throw tooLarge(path, what, 'it has annotations that nobody needs; ask who made it');
  }
  if (size <= LIMIT - ROOM || size <= Buffer.byteLength(JSON.stringify(before))) return;
  const what = `${path}: has no room for more than its ${before.manifests.length} entries`;
  throw tooLarge(path, what, 'remove images or names');
}

function tooLarge(path: string, what: string, hint: string): LayoutError {
  return new LayoutError('INDEX_TOO_LARGE', what, { path, hint });
}
