import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, explainSystemError, withLock, writeFileAtomic } from '@ctrkit/durable';
import { parseImageIndex } from '@ctrkit/oci';
import type { ImageIndex } from '@ctrkit/oci';
import { LayoutError } from './layout-error.ts';
import { indexLockPath } from './layout.ts';
import type { Layout } from './layout.ts';

const LIMIT = 4 * 1024 * 1024;

/**
 * The layout's index.json, read without a lock: it is replaced whole, so that it is always one that
 * somebody committed. Throws LAYOUT_INVALID, or oci's MANIFEST_INVALID as its cause.
 */
export async function readIndex(layout: Layout): Promise<ImageIndex> {
  const path = join(layout.directory, 'index.json');
  const bytes = await readCapped(path);
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

async function readCapped(path: string): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size <= LIMIT) return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (errnoOf(cause) !== 'ENOENT') throw explainSystemError(cause, path);
    throw new LayoutError('LAYOUT_INVALID', `${path}: is missing`, { path, cause });
  }
  throw new LayoutError('LAYOUT_INVALID', `${path}: is larger than ${LIMIT} bytes`, { path });
}
