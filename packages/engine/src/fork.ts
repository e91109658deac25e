import { newContainerId } from './create.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { claimIdentity, releaseIdentity } from './identity.ts';
import { signalNumber } from './signal-number.ts';
import type { ForkOptions } from './write-fork.ts';

/**
 * Makes a container on a view of the files of another, as they are now, that each of the two changes for itself, and returns its id. It runs what
 * the first one runs, as it does, upon the same image and volumes. Of a container that does not run, what it changed becomes a layer
 * that both stand on: no contents are copied. One that runs stands still, where it has a cgroup, while what it changed is copied. All there or
 * nothing, and the first one is never without its files. Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED, CONTAINER_BUSY where
 * somebody starts or removes it, CONTAINER_NOT_FORKABLE, NAME_IN_USE, NAME_INVALID, LIMIT_INVALID, SIGNAL_INVALID, OciError, CgroupError, RootfsError.
 */
export async function forkContainer(
  engine: Engine,
  nameOrId: string,
  options: ForkOptions = {},
): Promise<string> {
  if (options.stopSignal !== undefined) signalNumber(options.stopSignal);
  const { id: first, ownIds } = findContainer(engine, nameOrId);
  const id = newContainerId();
  const claimed = await claimIdentity(engine, { name: options.name, idCount: ownIds?.size }, id);
  try {
    // Other commands need not wait for what reads and writes trees to load.
    const { makeFork } = await import('./make-fork.ts');
    await makeFork(engine, first, { ...options, ...claimed });
  } catch (error) {
    await releaseIdentity(engine, claimed);
    throw error;
  }
  return id;
}
