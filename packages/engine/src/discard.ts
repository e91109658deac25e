import { errnoOf, moveToTrash, removeTree } from '@ctrkit/durable';
import { containerDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { releaseName } from './names.ts';

async function moveOutOfSight(directory: string, trash: string): Promise<string | undefined> {
  try {
    return await moveToTrash(directory, trash);
  } catch (error) {
    // Somebody else removes it at this very moment.
    if (errnoOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Takes a container whose run is ours out of sight in one step, then deletes its files. */
export async function discardContainer(
  engine: Engine,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const resting = await moveOutOfSight(containerDirectory(engine, id), trashDirectory(engine));
  await releaseName(engine, name, id);
  if (resting === undefined) return;
  // The container is gone; files of it that resist are the next sweep's, which says what is wrong.
  await removeTree(resting).catch(() => {});
}
