import { expectMove, readHierarchy } from '@ctrkit/cgroup';
import type { Hierarchy } from '@ctrkit/cgroup';
import { identityOf } from '@ctrkit/durable';
import { prepareLaunch, startExitCode } from '@ctrkit/ns-exec';
import type { LaunchedContainer, PreparedLaunch, Supervision } from '@ctrkit/ns-exec'; // prettier-ignore
import type { RuntimeSpec } from '@ctrkit/oci';
import { join } from 'node:path';
import { writeContainerRecord } from './container-record.ts';
import type { ContainerRecord } from './container-record.ts';
import { containerDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { writeExit } from './exit-record.ts';
import { discardContainer } from './discard.ts';
import { removeVolumesOf } from './remove-volume.ts';
import { removeRunRecord, writeRunRecord } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { identifiedProcess } from './spec.ts';
import { supervisionOf } from './supervision.ts';
import type { Supervised } from './supervision.ts';
import { sweepRun } from './sweep-run.ts';

/** A container that has been started. Its output, where it is 'pipe', is to be read, or the program waits. */
export interface RunningContainer extends LaunchedContainer {
  readonly id: string;
  readonly name: string;
}

type Stream = 'none' | 'inherit' | 'pipe';

/** Who sees and feeds a container from its first byte, and whose it is. */
export interface AttachOptions {
  /** Where the program's output goes besides its log: our own stdout and stderr, streams of the handle, nowhere. @default 'inherit' */
  readonly output?: Stream | undefined;
  /** Where its stdin comes from, where it has one. @default 'none' */
  readonly input?: Stream | undefined;
  /** Whether it ends when this process does. @default true */
  readonly tied?: boolean | undefined;
  /** What the user of its terminal types to leave it running. @default nothing does */
  readonly detachKeys?: Uint8Array | undefined;
  /** `NAME=value` for the program alone: in no file of the container, so that a later start does not have it. @default none */
  readonly secretEnv?: readonly string[] | undefined;
  /** Gives up what is not started yet, and leaves nothing of it; a program that has started is not touched. */
  readonly signal?: AbortSignal | undefined;
}

const stdioOf = (stream: Stream): 'ignore' | 'inherit' | 'pipe' =>
  stream === 'none' ? 'ignore' : stream;

/** The attachment of a program as its supervisor is told it. */
export function attachment(options: AttachOptions): Supervision {
  const { output = 'inherit', input = 'none', tied = true, detachKeys } = options;
  return {
    stdio: [stdioOf(input), stdioOf(output), stdioOf(output)],
    attached: { stdin: input !== 'none', stdout: output !== 'none', stderr: output !== 'none' },
    tied,
    ...(detachKeys === undefined ? {} : { detachKeys }),
  };
}

/** Looks at the machine's cgroups for a container that is about to begin, so that its first process need not wait there. */
export function expectLaunch(): Hierarchy | undefined {
  try {
    const hierarchy = readHierarchy();
    void expectMove({ hierarchy });
    return hierarchy;
  } catch {
    // Who needs cgroups says so.
    return undefined;
  }
}

/** Begins a container whose run is ours: what does not depend on its image and its command. */
export function beginLaunch(
  engine: Engine,
  container: Supervised,
  spec: Pick<RuntimeSpec, 'linux'>,
  options: AttachOptions & { readonly hierarchy: Hierarchy | undefined },
): PreparedLaunch {
  return prepareLaunch(spec, {
    ...supervisionOf(engine, container),
    ...attachment(options),
    hierarchy: options.hierarchy,
  });
}

/** What could be started. */
export interface Startable {
  readonly record: ContainerRecord;
  readonly spec: RuntimeSpec;
}

// The way back from a container that could not be started: it stays as `created`, with the reason.
async function recordFailure(
  engine: Engine,
  record: ContainerRecord,
  error: unknown,
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  if (record.autoRemove) await discardContainer(engine, record);
  else {
    const exit = { exitCode: startExitCode(error), oomKilled: false, error: reason };
    // The error is the user's; a disk that takes no record of it changes nothing about it.
    await writeExit(engine, record.id, exit).catch(() => {});
  }
  removeRunRecord(engine, record.id);
}

/** Gives up a container that was being started on somebody's behalf who wants it no more. */
async function forget(
  engine: Engine,
  { id }: RunRecord,
  made: ContainerRecord | undefined,
): Promise<void> {
  try {
    if (made !== undefined) await discardContainer(engine, made);
    removeRunRecord(engine, id);
  } catch {
    // The error that we give up for is the user's; by the run record the next sweep finishes what failed here.
  }
}

/** Gives up what was begun: nothing of it stays. */
export async function abandonLaunch(
  engine: Engine,
  launch: PreparedLaunch | undefined,
  run: RunRecord,
  made: ContainerRecord | undefined,
): Promise<void> {
  await launch?.abandon().catch(() => {});
  await forget(engine, run, made);
}

async function recordStart(engine: Engine, record: ContainerRecord, run: RunRecord): Promise<void> {
  writeRunRecord(engine, run);
  if (record.autoRemove) return;
  await writeContainerRecord(containerDirectory(engine, record.id), {
    ...record,
    startedAt: run.startedAt ?? record.created,
  });
}

function handleOf(
  engine: Engine,
  record: ContainerRecord,
  launched: LaunchedContainer,
  recorded: Promise<void>,
): RunningContainer {
  const { id, name } = record;
  return {
    ...launched,
    id,
    name,
    wait: async () => {
      try {
        const exit = await launched.wait();
        await recorded;
        if (exit === 'detached') return exit;
        // The next sweep does what cannot be done now.
        if (record.autoRemove) await removeVolumesOf(engine, record.mounts).catch(() => {});
        return { ...exit, warnings: exit.warnings.map((line) => `container ${name}: ${line}`) };
      } catch (error) {
        // Its supervisor was killed: what that would have done is ours.
        await recorded;
        await sweepRun(engine, id).catch(() => {});
        throw error;
      }
    },
  };
}

/**
 * Starts what was begun. `removeOnAbort`: the container was made for this start alone, and goes with it when it is given
 * up. One that cannot be started stays as `created`, with the reason, unless it is to be removed at its end.
 */
export async function finishLaunch(
  engine: Engine,
  launch: PreparedLaunch,
  run: RunRecord,
  { record, spec }: Startable,
  {
    signal,
    tied = true,
    secretEnv = [],
    removeOnAbort,
  }: AttachOptions & { readonly removeOnAbort: boolean },
): Promise<RunningContainer> {
  let known = run;
  try {
    const launched = await launch.start(spec, {
      bundle: join(containerDirectory(engine, record.id), 'bundle'),
      identify: (files) => {
        const process = identifiedProcess(spec, record.user, files);
        return { ...process, env: [...(process.env ?? []), ...secretEnv] };
      },
      // Before the program starts, so that whatever happens to us somebody can find it.
      onSpawned: (pids) => {
        const [process, supervisor] = [identityOf(pids.pid), identityOf(pids.supervisor)];
        if (process !== undefined && supervisor !== undefined) {
          known = { ...run, process, supervisor, spawnedAt: new Date().toISOString() };
          writeRunRecord(engine, known);
        }
        signal?.throwIfAborted();
      },
    });
    // Nobody waits for the disk before the program's output flows. Where that is full, the run goes on all the same.
    const recorded = recordStart(engine, record, { ...known, startedAt: launched.startedAt }).catch(
      () => {},
    );
    if (!tied) await recorded;
    return handleOf(engine, record, launched, recorded);
  } catch (error) {
    if (signal?.aborted === true) await forget(engine, run, removeOnAbort ? record : undefined);
    // What fails here leaves its run record, by which the next sweep finishes it.
    else await recordFailure(engine, record, error).catch(() => {});
    throw error;
  }
}
