import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { identityOf, selfIdentity } from '@ctrkit/durable';
import { prepareLaunch, startExitCode } from '@ctrkit/ns-exec';
import type { ContainerExit, LaunchedContainer, PreparedLaunch, PrepareOptions } from '@ctrkit/ns-exec'; // prettier-ignore
import type { ContainerRecord } from './container-record.ts';
import { unseenExit } from './container-state.ts';
import { createContainer, hostIds, newContainerId } from './create.ts';
import type { CreatedContainer, CreateOptions } from './create.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import type { RunnableImage } from './image.ts';
import { noteEnd, recordEnd, recordStart, startedRecord } from './record-end.ts';
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
  /** Resolves when it has ended and its end is recorded, or could not be. */
  wait: () => Promise<ContainerEnd>;
}

/** How a container ended. */
export interface ContainerEnd extends ContainerExit {
  /** Why the end could not be recorded, or the container not be removed: a line each. */
  readonly warnings: readonly string[];
}

export interface RunOptions extends CreateOptions {
  /** Where the program's output goes: to our own stdout and stderr, or to the streams of the handle. Default `inherit`. */
  readonly output?: 'inherit' | 'pipe' | undefined;
  /** Gives up what is not started yet, and leaves nothing of it; a program that has started is not touched. */
  readonly signal?: AbortSignal | undefined;
}

const now = (): string => new Date().toISOString();

interface Prepared {
  readonly launch: PreparedLaunch;
  readonly created: CreatedContainer;
}

// Everything that comes before the program: the record that lets others find the rest, namespaces and cgroup, the
// image, the container's files.
async function prepare(
  engine: Engine,
  image: RunnableImage | Promise<RunnableImage>,
  run: RunRecord,
  options: RunOptions,
): Promise<Prepared> {
  const { network = 'none', limits = {}, output = 'inherit', signal } = options;
  const early = linuxSpec({ id: run.id, network, limits, host: hostIds() });
  const recorded = writeRunRecord(engine, run);
  let launch: PreparedLaunch | undefined;
  let created: CreatedContainer | undefined;
  try {
    const stdio: PrepareOptions['stdio'] = ['ignore', output, output];
    launch = prepareLaunch(early, { relay: true, stdio, ready: recorded });
    await recorded;
    signal?.throwIfAborted();
    const ready = await image;
    signal?.throwIfAborted();
    created = await createContainer(engine, ready, { ...options, id: run.id });
    signal?.throwIfAborted();
    return { launch, created };
  } catch (error) {
    await Promise.allSettled([recorded]);
    await giveUp(engine, run, launch, created);
    throw error;
  }
}

async function giveUp(
  engine: Engine,
  { id }: RunRecord,
  launch: PreparedLaunch | undefined,
  created: CreatedContainer | undefined,
): Promise<void> {
  try {
    await launch?.abandon();
    if (created !== undefined) await discardContainer(engine, created.record);
    removeRunRecord(engine, id);
  } catch {
    // The error that we give up for is the user's; by the run record the next sweep finishes what failed here.
  }
}

interface Started {
  readonly launched: LaunchedContainer;
  readonly run: RunRecord;
  readonly startedAt: string;
}

async function start(
  engine: Engine,
  { launch, created }: Prepared,
  run: RunRecord,
  signal: AbortSignal | undefined,
): Promise<Started> {
  const { record, spec, user } = created;
  let known = run;
  try {
    const launched = await launch.start(spec, {
      bundle: join(containerDirectory(engine, record.id), 'bundle'),
      identify: (files) => identifiedProcess(spec, user, files),
      // Before the program starts, so that whatever happens to us somebody can find it.
      onSpawned: async (pid) => {
        const process = identityOf(pid);
        if (process !== undefined) known = { ...run, process, startedAt: now() };
        await writeRunRecord(engine, known);
        signal?.throwIfAborted();
      },
    });
    const startedAt = now();
    return { launched, run: { ...known, startedAt }, startedAt };
  } catch (error) {
    if (signal?.aborted === true) await giveUp(engine, run, undefined, created);
    else {
      const reason = error instanceof Error ? error.message : String(error);
      const exit = { exitCode: startExitCode(error), oomKilled: false, error: reason };
      await recordEnd(engine, record, run, exit);
    }
    throw error;
  }
}

async function endOf(
  engine: Engine,
  record: ContainerRecord,
  { launched, run, startedAt }: Started,
  recorded: Promise<void>,
): Promise<ContainerEnd> {
  let exit: ContainerExit;
  try {
    exit = await launched.wait();
  } catch (error) {
    await recorded;
    await noteEnd(engine, run, unseenExit(startedAt));
    throw error;
  }
  const { code: exitCode, oomKilled } = exit;
  const finishedAt = now();
  await recorded;
  const end = { exitCode, oomKilled, startedAt, finishedAt };
  return { ...exit, warnings: await recordEnd(engine, record, run, end) };
}

/**
 * Runs a container of an image in the foreground: its output goes to our stdout and stderr, its stdin is empty. The
 * image may still be on its way: namespaces and cgroup are made meanwhile.
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
  const { signal } = options;
  signal?.throwIfAborted();
  const id = newContainerId();
  const run: RunRecord = { id, owner: selfIdentity(), cgroupsPath: `ctr/${id}` };
  const prepared = await prepare(engine, image, run, options);
  const started = await start(engine, prepared, run, signal);
  const { launched } = started;
  const record = startedRecord(prepared.created.record, started.startedAt);
  // Nobody waits for the disk before the program's output flows.
  const recorded = recordStart(engine, record, started.run);
  let end: Promise<ContainerEnd> | undefined;
  return {
    id,
    name: record.name,
    stdout: launched.stdout,
    stderr: launched.stderr,
    warnings: launched.warnings,
    kill: launched.kill,
    wait: () => (end ??= endOf(engine, record, started, recorded)),
  };
}
