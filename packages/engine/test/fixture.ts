import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, selfIdentity } from '@ctrkit/durable';
import type { ProcessIdentity } from '@ctrkit/durable';
import { temporaryDirectory } from '@ctrkit/testing';
import { openEngine } from '../src/index.ts';
import type { ContainerRecord, Engine, ExitRecord } from '../src/index.ts';
import { runDirectory } from '../src/engine.ts';
import type { RunRecord } from '../src/run-record.ts';

export interface TestEngine extends Engine, AsyncDisposable {
  /** A directory for other things of the test. */
  readonly directory: string;
}

/** An engine of its own, gone after the test. */
export async function testEngine(): Promise<TestEngine> {
  const base = await temporaryDirectory();
  const engine = openEngine({ root: join(base.path, 'root'), run: join(base.path, 'run') });
  return {
    ...engine,
    directory: base.path,
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

/** This pid was once another process's: that one is dead. */
export const reusedPid: ProcessIdentity = { ...selfIdentity(), startTime: '1' };
export const otherBoot: ProcessIdentity = {
  ...selfIdentity(),
  bootId: '00000000-0000-4000-8000-000000000000',
};
/** pid_max is 2^22 at most (proc_sys_kernel(5)). */
export const noSuchPid: ProcessIdentity = { pid: 2 ** 22 + 1, startTime: '5', bootId: bootId() };

/** An id that begins as given. */
export const idOf = (beginning: string): string => beginning.padEnd(64, '0');

export function recordOf(changes: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    id: idOf('a'),
    name: 'some_name',
    created: '2026-01-02T03:04:05.000Z',
    image: 'busybox',
    imageId: `sha256:${'0'.repeat(64)}`,
    command: ['sh'],
    labels: {},
    autoRemove: false,
    user: '',
    terminal: false,
    input: 'none',
    ...changes,
  };
}

/** The record of a run whose first process, and whose owner where it is not another, is this one. */
export const runOf = (
  process: ProcessIdentity,
  { id = idOf('a'), owner = process } = {},
): RunRecord => ({
  id,
  owner,
  process,
  cgroupsPath: `ctr/${id}`,
  startedAt: '2026-01-02T03:04:06.000Z',
});

/** Puts a run there as somebody else's. */
export function forgeRun(engine: Engine, run: RunRecord): void {
  mkdirSync(runDirectory(engine, run.id), { recursive: true });
  writeFileSync(join(runDirectory(engine, run.id), 'run.json'), JSON.stringify(run));
}

/** Puts a container there as a command of another day may have left it; its maker is dead. */
export function forge(
  engine: Engine,
  record: ContainerRecord,
  { run, exit }: { readonly run?: RunRecord; readonly exit?: ExitRecord } = {},
): void {
  const directory = join(engine.root, 'containers', record.id);
  mkdirSync(join(directory, 'upper'), { recursive: true });
  writeFileSync(join(directory, 'container.json'), JSON.stringify(record));
  const claim = { id: record.id, claimedBy: reusedPid };
  writeFileSync(join(engine.root, 'names', record.name), JSON.stringify(claim));
  if (exit !== undefined) writeFileSync(join(directory, 'exit.json'), JSON.stringify(exit));
  if (run !== undefined) forgeRun(engine, run);
}

/** The code of the error that something ends with; `none` where it succeeds. */
export async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}
