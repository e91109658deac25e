import { errnoOf, isAlive, moveToTrash, removeTree } from '@ctrkit/durable';
import { EngineError } from './engine-error.ts';
import { containerDirectory, trashDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import type { Container } from './list.ts';
import { releaseName } from './names.ts';
import { readRunRecord, removeRunRecord } from './run-record.ts';

async function moveOutOfSight(directory: string, trash: string): Promise<string | undefined> {
  try {
    return await moveToTrash(directory, trash);
  } catch (error) {
    // Somebody else removes it at this very moment.
    if (errnoOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Takes a container that does not run out of sight in one step, then deletes its files. */
export async function discardContainer(
  engine: Engine,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const resting = await moveOutOfSight(containerDirectory(engine, id), trashDirectory(engine));
  await releaseName(engine, name, id);
  removeRunRecord(engine, id);
  if (resting === undefined) return;
  // The container is gone; files of it that resist are the next sweep's, which says what is wrong.
  await removeTree(resting).catch(() => {});
}

// Its owner may be about to start it, or about to record its end.
function isOwned(engine: Engine, { id, exit }: Container): boolean {
  const run = readRunRecord(engine, id);
  const ended = exit ?? run?.exit;
  return ended === undefined && run !== undefined && isAlive(run.owner);
}

/**
 * Removes a container that does not run, with the files that it wrote. One that is being started runs.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_RUNNING.
 */
export async function removeContainer(engine: Engine, nameOrId: string): Promise<void> {
  const container = findContainer(engine, nameOrId);
  if (container.state.status === 'running' || isOwned(engine, container)) {
    throw new EngineError(
      'CONTAINER_RUNNING',
      `You cannot remove a running container ${container.id}. Stop the container before attempting removal`,
    );
  }
  await discardContainer(engine, container);
}
