import { identityOf } from '@ctrkit/durable';
import { launch, startExitCode } from '@ctrkit/ns-exec';
import type { ContainerExit, LaunchedContainer } from '@ctrkit/ns-exec';
import { join } from 'node:path';
import { writeContainerRecord } from './container-record.ts';
import type { ContainerRecord, ExitRecord } from './container-record.ts';
import { createContainer } from './create.ts';
import type { CreatedContainer, CreateOptions } from './create.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { RunnableImage } from './image.ts';
import { discardContainer } from './remove.ts';
import { removeRunRecord, writeRunRecord } from './run-record.ts';
import { identifiedProcess } from './spec.ts';

/** A container in the foreground: it ends when this process does. */
export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  /** Sends a signal to its first process; false when it has ended. */
  kill: (signal: NodeJS.Signals | number) => boolean;
  /** Resolves when it has ended and its end is recorded. */
  wait: () => Promise<ContainerExit>;
}

async function recordExit(
  engine: Engine,
  record: ContainerRecord,
  exit: ExitRecord,
): Promise<void> {
  if (record.autoRemove) {
    await discardContainer(engine, record);
    return;
  }
  await writeContainerRecord(containerDirectory(engine, record.id), { ...record, exit });
  removeRunRecord(engine, record.id);
}

async function start(engine: Engine, created: CreatedContainer): Promise<LaunchedContainer> {
  const { record, spec, user } = created;
  const startedAt = new Date().toISOString();
  return launch(spec, {
    bundle: join(containerDirectory(engine, record.id), 'bundle'),
    relay: true,
    identify: (files) => identifiedProcess(spec, user, files),
    // Before the program starts, so that whatever happens to us somebody can find it.
    onSpawned: (pid) => {
      const identity = identityOf(pid);
      const cgroupsPath = spec.linux?.cgroupsPath;
      if (identity === undefined) return;
      writeRunRecord(engine, {
        id: record.id,
        process: identity,
        startedAt,
        ...(cgroupsPath === undefined ? {} : { cgroupsPath }),
      });
    },
  });
}

/**
 * Runs a container of an image in the foreground: its output goes to our stdout and stderr, its stdin is empty.
 * Throws NsExecError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE and others; the container then stays as `created`,
 * with the reason in its record, unless it is removed at its end.
 */
export async function runContainer(
  engine: Engine,
  image: RunnableImage,
  options: CreateOptions = {},
): Promise<RunningContainer> {
  const created = await createContainer(engine, image, options);
  const { record } = created;
  const startedAt = new Date().toISOString();
  let launched: LaunchedContainer;
  try {
    launched = await start(engine, created);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const exit = { exitCode: startExitCode(error), oomKilled: false, error: reason };
    await recordExit(engine, record, exit);
    throw error;
  }
  return {
    id: record.id,
    name: record.name,
    kill: launched.kill,
    wait: async () => {
      const exit = await launched.wait();
      await recordExit(engine, record, {
        exitCode: exit.code,
        oomKilled: exit.oomKilled,
        startedAt,
        finishedAt: new Date().toISOString(),
      });
      return exit;
    },
  };
}
