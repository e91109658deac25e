import { selfIdentity } from '@ctrkit/durable';
import type { PreparedLaunch } from '@ctrkit/ns-exec';
import { readSpec } from './bundle.ts';
import { readContainerRecord } from './container-record.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { forgetExit } from './exit-record.ts';
import { findContainer } from './find.ts';
import { beginLaunch, expectLaunch, finishLaunch } from './launching.ts';
import type { AttachOptions, RunningContainer, Startable } from './launching.ts';
import { readyMounts } from './prepare-mounts.ts';
import { removeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { takeRun } from './take-run.ts';

/**
 * Starts a container that does not run, with the command that it was made with; undefined where it runs already. Its
 * output goes nowhere but into its log unless `output` says otherwise, and it belongs to nobody.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_DAMAGED, MOUNT_SOURCE_NOT_FOUND, NsExecError by code.
 */
export async function startContainer(
  engine: Engine,
  nameOrId: string,
  options: AttachOptions = {},
): Promise<RunningContainer | undefined> {
  const hierarchy = expectLaunch();
  const { id } = findContainer(engine, nameOrId);
  const run: RunRecord = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` };
  if (!(await takeRun(engine, run))) return undefined;
  const detached = { output: 'none', tied: false, ...options } as const;
  let startable: Startable;
  let launch: PreparedLaunch;
  try {
    // Read again: it may have been removed before it was ours.
    const record = readContainerRecord(engine, id);
    if (record === undefined) {
      throw new EngineError('CONTAINER_NOT_FOUND', `No such container: ${nameOrId}`);
    }
    startable = { record, spec: readSpec(engine, id) };
    await readyMounts(engine, record.mounts);
    forgetExit(engine, id);
    launch = beginLaunch(engine, record, startable.spec, { ...detached, hierarchy });
  } catch (error) {
    removeRunRecord(engine, id);
    throw error;
  }
  // It gives the run back by itself when it fails, and then somebody else may have it at once.
  return finishLaunch(engine, launch, run, startable, { ...detached, removeOnAbort: false });
}
