import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { identityOf, selfIdentity } from '@ctrkit/durable';
import { prepareLaunch, startExitCode } from '@ctrkit/ns-exec';
import type { ContainerExit, LaunchedContainer, PreparedLaunch } from '@ctrkit/ns-exec';
import { writeContainerRecord } from './container-record.ts';
import type { ContainerRecord, ExitRecord } from './container-record.ts';
import { createContainer, hostIds, newContainerId } from './create.ts';
import type { CreatedContainer, CreateOptions } from './create.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { RunnableImage } from './image.ts';
import { discardContainer } from './remove.ts';
import { removeRunRecord, writeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { identifiedProcess, linuxSpec } from './spec.ts';

/** A container in the foreground: it ends when this process does. */
export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  /** The program's output, where `output` is 'pipe': to be read, or the program waits. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** What was asked for and this kernel does not do, a line each. */
  readonly warnings: readonly string[];
  /** Sends a signal to its first process; false when it has ended. */
  kill: (signal: NodeJS.Signals | number) => boolean;
  /** Resolves when it has ended and its end is recorded. */
  wait: () => Promise<ContainerExit>;
}

export interface RunOptions extends CreateOptions {
  /** Where the program's output goes: to our own stdout and stderr, or to the streams of the handle. Default `inherit`. */
  readonly output?: 'inherit' | 'pipe' | undefined;
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

async function start(
  engine: Engine,
  prepared: PreparedLaunch,
  run: RunRecord,
  { record, spec, user }: CreatedContainer,
): Promise<LaunchedContainer> {
  try {
    return await prepared.start(spec, {
      bundle: join(containerDirectory(engine, record.id), 'bundle'),
      identify: (files) => identifiedProcess(spec, user, files),
      // Before the program starts, so that whatever happens to us somebody can find it.
      onSpawned: async (pid) => {
        const process = identityOf(pid);
        if (process !== undefined) await writeRunRecord(engine, { ...run, process });
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const exitCode = startExitCode(error);
    await recordExit(engine, record, { exitCode, oomKilled: false, error: reason });
    throw error;
  }
}

/**
 * Runs a container of an image in the foreground: its output goes to our stdout and stderr, its stdin is empty. The
 * image may still be on its way: namespaces and cgroup are made meanwhile.
 * Throws what `image` throws, LIMIT_INVALID, NAME_IN_USE, NsExecError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE and others.
 * A container that was made and could not be started stays as `created`, with the reason in its record, unless it is
 * to be removed at its end.
 */
export async function runContainer(
  engine: Engine,
  image: RunnableImage | Promise<RunnableImage>,
  options: RunOptions = {},
): Promise<RunningContainer> {
  const { network = 'none', limits = {}, output = 'inherit' } = options;
  // It may fail before it is waited for below, or when it no longer matters.
  if (image instanceof Promise) image.catch(() => {});
  const id = newContainerId();
  const early = linuxSpec({ id, network, limits, host: hostIds() });
  const startedAt = new Date().toISOString();
  const run = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}`, startedAt };
  const prepared = prepareLaunch(early, { relay: true, stdio: ['ignore', output, output] });
  let created: CreatedContainer;
  try {
    await writeRunRecord(engine, run);
    created = await createContainer(engine, await image, { ...options, id });
  } catch (error) {
    await prepared.abandon();
    removeRunRecord(engine, id);
    throw error;
  }
  const launched = await start(engine, prepared, run, created);
  return {
    id,
    name: created.record.name,
    stdout: launched.stdout,
    stderr: launched.stderr,
    warnings: launched.warnings,
    kill: launched.kill,
    wait: async () => {
      const exit = await launched.wait();
      await recordExit(engine, created.record, {
        exitCode: exit.code,
        oomKilled: exit.oomKilled,
        startedAt,
        finishedAt: new Date().toISOString(),
      });
      return exit;
    },
  };
}
