import { selfIdentity } from '@ctrkit/durable';
import { discardContainer } from './discard.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { keepVolumes, removeVolumesOf } from './remove-volume.ts';
import { removeRunRecord } from './run-record.ts';
import { forceEnd } from './stop.ts';
import { takeRun } from './take-run.ts';

// Nobody starts what is being removed, and nobody removes it twice.
async function takeToRemove(engine: Engine, id: string): Promise<void> {
  const run = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` };
  if (await takeRun(engine, run)) return;
  throw new EngineError(
    'CONTAINER_BUSY',
    `container ${id} is being started or removed by another command`,
  );
}

export interface RemoveOptions {
  /** Ends it first where it runs. @default false */
  readonly force?: boolean | undefined;
  /** Its anonymous volumes go with it, but for those that another container has. @default false */
  readonly volumes?: boolean | undefined;
}

/**
 * Removes a container that does not run, with the files that it wrote.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_RUNNING, CONTAINER_BUSY.
 */
export async function removeContainer(
  engine: Engine,
  nameOrId: string,
  { force = false, volumes = false }: RemoveOptions = {},
): Promise<void> {
  const container = findContainer(engine, nameOrId);
  const { id, state } = container;
  if (state.status === 'running' && !force) {
    throw new EngineError(
      'CONTAINER_RUNNING',
      `You cannot remove a running container ${id}. Stop the container before attempting removal or force remove`,
    );
  }
  if (state.status === 'running') await forceEnd(engine, id);
  await takeToRemove(engine, id);
  try {
    const { mounts, autoRemove } = container;
    if (!volumes && !autoRemove) await keepVolumes(engine, container);
    await discardContainer(engine, container);
    if (volumes || autoRemove) await removeVolumesOf(engine, mounts);
  } finally {
    removeRunRecord(engine, id);
  }
}
