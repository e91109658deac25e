import { Helper, streamBits } from '@ctrkit/syscalls';
import type { HelperOptions, Report } from '@ctrkit/syscalls';
import type { ContainerExit } from '@ctrkit/ns-exec';
import { runDirectory } from './engine.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { readExit } from './exit-record.ts';
import { findContainer } from './find.ts';

export interface AttachToOptions {
  /** Our own streams, or streams of the handle. @default 'inherit' */
  readonly output?: 'inherit' | 'pipe' | undefined;
  /** @default 'inherit' */
  readonly input?: 'none' | 'inherit' | 'pipe' | undefined;
  /** What the user types at a terminal to leave. */
  readonly detachKeys?: Uint8Array | undefined;
}

/** Streams that are attached to a container. */
export interface Attachment {
  readonly stdin: Helper['stdin'];
  readonly stdout: Helper['stdout'];
  readonly stderr: Helper['stderr'];
  /** Says that the terminal has another size. */
  resize: () => void;
  /** Leaves the container running. */
  close: () => void;
  /** How the container ended, or 'detached'; undefined where its supervisor was killed. */
  wait: () => Promise<ContainerExit | 'detached' | undefined>;
}

/** 128 + n: ended by signal n. */
const SIGNALLED = 128;

const isLast = (report: Report): report is Extract<Report, { event: 'exited' | 'detached' }> =>
  report.event === 'exited' || report.event === 'detached';

const isAttached = (report: Report): report is Extract<Report, { event: 'attached' }> =>
  report.event === 'attached';

// It may have ended while we attached: then its supervisor had no more words for us.
function recordedExit(engine: Engine, id: string): ContainerExit | undefined {
  const exit = readExit(engine, id);
  if (exit === undefined) return undefined;
  const { exitCode: code, oomKilled } = exit;
  return { code, signal: code > SIGNALLED ? code - SIGNALLED : 0, oomKilled, warnings: [] };
}

async function lastWords(
  engine: Engine,
  id: string,
  helper: Helper,
): Promise<ContainerExit | 'detached' | undefined> {
  const last = await helper.report(isLast);
  const skipped = helper.reports('skipped').reduce((sum, { bytes }) => sum + bytes, 0);
  helper.kill('SIGTERM');
  await helper.wait().catch(() => {});
  if (last === undefined) return recordedExit(engine, id);
  if (last.event === 'detached') return 'detached';
  const { code, signal, oomKilled } = last;
  const warnings =
    skipped === 0
      ? []
      : [`${skipped} bytes of output came faster than they were read: see the log`];
  return { code, signal, oomKilled, warnings };
}

/**
 * Attaches to a running container: sees what it writes from now on, and feeds its stdin where it has one. However slow
 * the reader, the container does not wait. Resolves when attached.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_NOT_RUNNING.
 */
export async function attachContainer(
  engine: Engine,
  nameOrId: string,
  { output = 'inherit', input = 'inherit', detachKeys = new Uint8Array() }: AttachToOptions = {},
): Promise<Attachment> {
  const { id, state } = findContainer(engine, nameOrId);
  const refusal = 'You cannot attach to a stopped container, start it first';
  if (state.status !== 'running') throw new EngineError('CONTAINER_NOT_RUNNING', refusal);
  const stdio: HelperOptions['stdio'] = [input === 'none' ? 'ignore' : input, output, output];
  const helper = new Helper('attach', { stdio });
  const streams = streamBits({ stdin: input !== 'none', stdout: true, stderr: true });
  await helper.write({ op: 'attach', directory: runDirectory(engine, id), streams, detachKeys });
  helper.end();
  if ((await helper.report(isAttached)) === undefined) {
    throw new EngineError('CONTAINER_NOT_RUNNING', refusal);
  }
  const ended = lastWords(engine, id, helper);
  return {
    stdin: helper.stdin,
    stdout: helper.stdout,
    stderr: helper.stderr,
    resize: () => void helper.kill('SIGWINCH'),
    close: () => void helper.kill('SIGTERM'),
    wait: () => ended,
  };
}
