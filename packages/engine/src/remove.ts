import { emptyTrash, errnoOf, moveToTrash } from '@ctrkit/durable';
import { EngineError } from './engine-error.ts';
import { containerDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { releaseName } from './names.ts';
import { removeRunRecord } from './run-record.ts';

async function moveOutOfSight(directory: string, trash: string): Promise<void> {
  try {
    await moveToTrash(directory, trash);
  } catch (error) {
    // Somebody else removes it at this very moment.
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Takes a container that does not run out of sight in one step, then deletes its files. */
export async function discardContainer(
  engine: Engine,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const trash = trashDirectory(engine);
  await moveOutOfSight(containerDirectory(engine, id), trash);
  releaseName(engine, name, id);
  removeRunRecord(engine, id);
  await emptyTrash(trash);
}

/**
 * Removes a container that does not run, with the files that it wrote.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_RUNNING.
 */
export async function removeContainer(engine: Engine, nameOrId: string): Promise<void> {
  const container = findContainer(engine, nameOrId);
  if (container.state.status === 'running') {
    throw new EngineError(
      'CONTAINER_RUNNING',
      `You cannot remove a running container ${container.id}. Stop the container before attempting removal`,
    );
  }
  await discardContainer(engine, container);
}
