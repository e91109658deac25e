import { join } from 'node:path';
import { withLock, writeFileAtomic } from '@ctrkit/durable';
import { parseImageIndex } from '@ctrkit/oci';
import type { ImageIndex } from '@ctrkit/oci';
import { LayoutError } from './layout-error.ts';
import { indexLockPath } from './layout.ts';
import type { Layout } from './layout.ts';
import { readCapped } from './read-capped.ts';

const LIMIT = 4 * 1024 * 1024;

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
 * other lock may be asked for inside. Throws what `readIndex`, `acquireLock` and `writeFileAtomic` throw.
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
    await writeFileAtomic(path, JSON.stringify(after), { mode: 0o644 });
  });
}
