import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock, errnoOf, namesIn } from '@ctrkit/durable';
import type { Layout } from '@ctrkit/layout';
import { isDigest } from '@ctrkit/oci';
import type { Digest } from '@ctrkit/oci';

/**
 * Removes the beginnings of blobs that nobody has gone on with since a moment (in milliseconds since 1970), and returns
 * their bytes. Those of the living are theirs: a download holds the lock of its file.
 */
export async function sweepPartials(
  layout: Layout,
  { before, leased }: { before: number; leased: ReadonlySet<Digest> },
): Promise<number> {
  const directory = join(layout.directory, 'ingest');
  let reclaimed = 0;
  for (const name of namesIn(directory)) {
    if (!isDigest(name) || leased.has(name)) continue;
    reclaimed += await discard(join(directory, name), before);
  }
  return reclaimed;
}

async function discard(path: string, before: number): Promise<number> {
  const size = await sizeBefore(path, before);
  if (size === undefined) return 0;
  await using lock = await acquireLock(path, { wait: false });
  if (lock === undefined) return 0;
  await rm(path, { force: true });
  return size;
}

async function sizeBefore(path: string, moment: number): Promise<number | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return mtimeMs <= moment ? size : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
