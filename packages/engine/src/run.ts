import { selfIdentity } from '@ctrkit/durable';
import { createContainerWithId, newContainerId } from './create.ts';
import type { CreateOptions } from './create.ts';
import type { ContainerRecord } from './container-record.ts';
import { afterOthers } from './after-others.ts';
import type { Engine } from './engine.ts';
import type { RunnableImage } from './image.ts';
import { abandonLaunch, beginLaunch, expectLaunch, finishLaunch } from './launching.ts';
import type { AttachOptions, RunningContainer, Startable } from './launching.ts';
import { claimRun } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { claimIdentity, releaseIdentity } from './identity.ts';
import { idsOfContainer } from './own-ids.ts';
import { linuxSpec } from './spec.ts';

export interface RunOptions extends CreateOptions, AttachOptions {}

/**
 * Makes a container of an image and starts it; its output goes to our stdout and stderr, and into its log. The image may
 * still be on its way: namespaces and cgroup are made meanwhile.
 * Throws what `image` throws, the reason of `signal`, LIMIT_INVALID, NAME_IN_USE, NsExecError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE and others.
 * A container that was made and could not be started stays as `created`, with the reason in its record, unless it is
 * to be removed at its end.
 */
export async function runContainer(
  engine: Engine,
  image: RunnableImage | Promise<RunnableImage>,
  options: RunOptions = {},
): Promise<RunningContainer> {
  // It may fail before it is waited for below, or when it no longer matters.
  if (image instanceof Promise) image.catch(() => {});
  const { network = 'none', limits = {}, signal } = options;
  signal?.throwIfAborted();
  const hierarchy = expectLaunch();
  const id = newContainerId();
  const run: RunRecord = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` };
  claimRun(engine, run);
  let launch: ReturnType<typeof beginLaunch> | undefined;
  let made: ContainerRecord | undefined;
  let startable: Startable;
  try {
    const claimed = await claimIdentity(engine, options, id);
    const { autoRemove = false, terminal = false, stdin = 'none' } = options;
    const supervised = { ...claimed, autoRemove, terminal, input: stdin };
    try {
      const linux = linuxSpec({ id, network, limits, ...idsOfContainer(claimed.ownIds) });
      launch = beginLaunch(engine, supervised, linux, { ...options, hierarchy });
      const ready = await image;
      await afterOthers();
      signal?.throwIfAborted();
      startable = await createContainerWithId(engine, ready, { ...options, ...claimed });
    } catch (error) {
      await releaseIdentity(engine, claimed);
      throw error;
    }
    made = startable.record;
    signal?.throwIfAborted();
  } catch (error) {
    await abandonLaunch(engine, launch, run, made);
    throw error;
  }
  return finishLaunch(engine, launch, run, startable, { ...options, removeOnAbort: true });
}
