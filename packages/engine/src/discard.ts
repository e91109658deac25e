import { errnoOf, moveToTrash } from '@ctrkit/durable';
import { containerDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { ContainerRecord } from './container-record.ts';
import { releaseName } from './names.ts';
import { releaseIds } from './own-ids.ts';
import { removeFiles } from './remove-files.ts';

async function moveOutOfSight(directory: string, trash: string): Promise<string | undefined> {
  try {
    return await moveToTrash(directory, trash);
  } catch (error) {
    // Somebody else removes it at this very moment.
    if (errnoOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

// The container is gone; files of it that resist are the next sweep's, which says what is wrong.
async function remove(resting: string | undefined): Promise<void> {
  if (resting !== undefined) await removeFiles(resting).catch(() => {});
}

/** Takes out of sight what a power cut left of a container, then deletes it. Its name goes with the names that nobody has. */
export async function discardRemains(engine: Engine, id: string): Promise<void> {
  await remove(await moveOutOfSight(containerDirectory(engine, id), trashDirectory(engine)));
}

/** Takes a container whose run is ours out of sight in one step, then deletes its files. */
export async function discardContainer(
  engine: Engine,
  { id, name, ownIds }: Pick<ContainerRecord, 'id' | 'name' | 'ownIds'>,
): Promise<void> {
  const resting = await moveOutOfSight(containerDirectory(engine, id), trashDirectory(engine));
  await releaseName(engine, name, id);
  await releaseIds(engine, ownIds, id);
  await remove(resting);
}
