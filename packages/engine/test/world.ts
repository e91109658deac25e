import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, killProcess } from '@ctrkit/durable';
import { openImageStore } from '@ctrkit/image-store';
import { assertNothingLeft, makeBusyboxLayout, needs, snapshotHost, temporaryDirectory } from '@ctrkit/testing'; // prettier-ignore
import type { TemporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import { openEngine, prepareImage, runContainer } from '../src/index.ts';
import type { Engine, RunnableImage, RunningContainer, RunOptions } from '../src/index.ts';
import { readRunRecord } from '../src/run-record.ts';
import type { RunRecord } from '../src/run-record.ts';
import { testEngine } from './fixture.ts';
import type { TestEngine } from './fixture.ts';

/** Whether containers can be run here; says why where not. */
export const canRun = (): boolean => needs('root', 'cgroup', 'overlay', 'file:/bin/busybox');

/** An engine and an image of busybox to run in it. */
export interface World extends TestEngine {
  readonly image: RunnableImage;
  /** Runs a line of shell in a container that is ours. */
  start: (line: string, options?: RunOptions) => Promise<RunningContainer>;
  /** The same to its end. */
  complete: (line: string, options?: RunOptions) => Promise<{ id: string; code: number }>;
  /** Runs a line of shell in a container that belongs to nobody, and returns its id. */
  detached: (line: string, options?: RunOptions) => Promise<string>;
  /** What a container that is kept wrote to a file of its root. */
  wrote: (id: string, path: string) => string;
}

/** A line of the log. */
export interface LogLine {
  readonly log: string;
  readonly stream: 'stdout' | 'stderr';
  readonly time: string;
}

/** Imports busybox into the store of an engine. */
export async function importBusybox(engine: Engine, directory: string): Promise<RunnableImage> {
  const layout = join(directory, 'layout');
  await makeBusyboxLayout(layout);
  const store = await openImageStore({ root: engine.root });
  await store.import(layout, { name: 'busybox' });
  return prepareImage(engine, 'busybox', { pull: 'never' });
}

export function worldOf(engine: TestEngine, image: RunnableImage): World {
  const start: World['start'] = (line, options = {}) =>
    runContainer(engine, image, { command: ['sh', '-c', line], ...options });
  return {
    ...engine,
    image,
    start,
    complete: async (line, options) => {
      const container = await start(line, options);
      const exit = await container.wait();
      if (exit === 'detached') throw new Error('detached');
      return { id: container.id, code: exit.code };
    },
    detached: async (line, options) => {
      const container = await start(line, { output: 'none', tied: false, ...options });
      container.release();
      return container.id;
    },
    wrote: (id, path) => readFileSync(join(engine.root, 'containers', id, 'upper', path), 'utf8'),
  };
}

// One image serves all tests of a file: its layers are only read.
let shared: Promise<RunnableImage> | undefined;
let sharedBase: TemporaryDirectory | undefined;
// Said here, before there is anything: what is said while tests run is not heard.
test.after(() => sharedBase?.[Symbol.asyncDispose]());

async function sharedImage(): Promise<RunnableImage> {
  const base = (sharedBase = await temporaryDirectory());
  const engine = openEngine({ root: join(base.path, 'root'), run: join(base.path, 'run') });
  return importBusybox(engine, base.path);
}

// What a test that failed left running must not fail the next ones, nor keep this process.
async function endAll(engine: Engine): Promise<void> {
  const runs = readdirSync(join(engine.run, 'containers')).map((id) => readRunRecord(engine, id));
  for (const one of runs.flatMap((run) => [run?.supervisor, run?.process])) {
    if (one === undefined) continue;
    killProcess(one);
    await until('its end', () => !isAlive(one));
  }
}

/** Runs a test with an engine of its own; fails if anything is left on the machine. */
export function inWorld(name: string, body: (world: World) => Promise<void>): void {
  test(name, async () => {
    shared ??= sharedImage();
    const image = await shared;
    const before = await snapshotHost();
    {
      await using engine = await testEngine();
      try {
        await body(worldOf(engine, image));
      } finally {
        await endAll(engine);
      }
    }
    await assertNothingLeft(before);
  });
}

/** Looks until something holds; fails where it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 1500) throw new Error(`not within thirty seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The record of a run that is there. */
export function runOfContainer(engine: Engine, id: string): RunRecord {
  const run = readRunRecord(engine, id);
  if (run === undefined) throw new Error(`nobody runs ${id}`);
  return run;
}

/** The lines of a file of a container's log. */
export function logOf(engine: Engine, id: string, name = 'log'): LogLine[] {
  const text = readFileSync(join(engine.root, 'containers', id, name), 'utf8');
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as LogLine); // prettier-ignore
}

/** What a container has written so far, as its log has it. */
export function outputOf(engine: Engine, id: string): string {
  const files = readdirSync(join(engine.root, 'containers', id)).filter((name) => /^log(\.\d+)?$/.test(name)); // prettier-ignore
  const oldestFirst = files.toSorted().toReversed();
  return oldestFirst.flatMap((name) => logOf(engine, id, name)).map(({ log }) => log).join(''); // prettier-ignore
}

/** Waits until a container has written something. */
export const untilItWrote = (engine: Engine, id: string, text: string): Promise<void> =>
  until(`it wrote ${text}`, () => outputOf(engine, id).includes(text));

/** Kills a process that is recorded as a part of a run, from outside, and waits until it is dead. */
export async function killRecorded(
  engine: Engine,
  id: string,
  part: 'process' | 'supervisor',
): Promise<void> {
  const { [part]: one, process: first } = runOfContainer(engine, id);
  if (one === undefined) throw new Error(`no ${part} of ${id} is recorded`);
  killProcess(one);
  // A container dies with its supervisor.
  await until('its end', () => !isAlive(one) && (first === undefined || !isAlive(first)));
}

const prelude = `
const ctr = await import('@ctrkit/engine');
const [directories, image, parameters] = JSON.parse(process.argv[1]);
const engine = ctr.openEngine(directories);
`;

/** The arguments by which node runs a program that has `ctr`, `engine`, `image` and `parameters`. */
export function nodeArguments(
  { root, run, image }: World,
  program: string,
  parameters: unknown = {},
): string[] {
  const tsx = ['--import', import.meta.resolve('tsx'), '--conditions=@ctrkit/source'];
  const given = JSON.stringify([{ root, run }, image, parameters]);
  return [...tsx, '--input-type=module', '-e', `${prelude}${program}`, given];
}

/** Runs such a program in another process. */
export function inAnotherProcess(
  world: World,
  program: string,
  parameters: unknown = {},
  stdio: StdioOptions = ['pipe', 'pipe', 'inherit'],
): ChildProcess {
  const options = { cwd: import.meta.dirname, stdio };
  return spawn(process.execPath, nodeArguments(world, program, parameters), options);
}
