import type { CachedLayer } from '@ctrkit/image-store';
import { packEntries, writeLayer } from '@ctrkit/rootfs';
import type { WalkRecord } from '@ctrkit/syscalls';
import type { Place } from '../stage/place.ts';
import { entryTime } from '../world.ts';

/** Makes a layer of records: its blob and its files; undefined where there are none. */
export async function writeRecords(
  { world, signal }: Pick<Place, 'world' | 'signal'>,
  records: AsyncIterable<WalkRecord>,
): Promise<CachedLayer | undefined> {
  const tar = packEntries(records, { modified: entryTime(world) });
  const { root } = world.engine;
  const written = await writeLayer(tar, {
    root,
    layout: world.store.layout,
    onUnsynced: (path) => world.unsynced.add(path),
    signal,
  });
  if (written === undefined) return undefined;
  world.keep(written.claim);
  return { descriptor: written.descriptor, diffId: written.diffId };
}
