import { expectMove } from '@ctrkit/cgroup';
import { execInContainer as execute } from '@ctrkit/ns-exec';
import type { LaunchedContainer, Supervision } from '@ctrkit/ns-exec';
import type { Process } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { findContainer } from './find.ts';
import { attachment } from './launching.ts';
import type { AttachOptions } from './launching.ts';
import { readRunRecord } from './run-record.ts';
import { identifiedProcess } from './spec.ts';
import { resumeAbandoned } from './while-paused.ts';

export interface ExecOptions extends Omit<AttachOptions, 'signal'> {
  readonly command: readonly [string, ...string[]];
  /** `NAME=value`, added to the container's. */
  readonly env?: readonly string[] | undefined;
  /** `user[:group]`; default: the container's. */
  readonly user?: string | undefined;
  /** Default: the container's. */
  readonly workdir?: string | undefined;
  /** Its streams are a terminal. Default false. */
  readonly terminal?: boolean | undefined;
}

// A later value takes the earlier one's place, and a bare name takes it away.
function withVariables(env: readonly string[], added: readonly string[]): string[] {
  const variables = new Map(env.map((entry) => [entry.split('=')[0] ?? '', entry]));
  for (const entry of added) {
    const [name = ''] = entry.split('=');
    if (entry.includes('=')) variables.set(name, entry);
    else variables.delete(name);
  }
  return [...variables.values()];
}

function processOf(process: Process, options: ExecOptions): Process {
  const { command, env = [], workdir, terminal = false } = options;
  const term = terminal ? ['TERM=xterm'] : [];
  // HOME is the user's, who may be another than the container's.
  const inherited = (process.env ?? []).filter((entry) => terminal || !entry.startsWith('TERM='));
  return {
    ...process,
    args: [...command],
    terminal,
    env: withVariables(withVariables(inherited, term), env),
    ...(workdir === undefined || workdir === '' ? {} : { cwd: workdir }),
  };
}

function checkWorkdir(workdir: string | undefined): void {
  if (workdir === undefined || workdir === '' || workdir.startsWith('/')) return;
  throw new EngineError(
    'WORKDIR_INVALID',
    `the working directory '${workdir.slice(0, 200)}' is invalid, it needs to be an absolute path`,
  );
}

function supervisionFor(options: ExecOptions): Supervision {
  const { input = 'none', terminal = false } = options;
  return {
    streams: terminal ? 'terminal' : 'pipes',
    input: input === 'none' ? 'none' : 'once',
    ...attachment(options),
  };
}

/**
 * Starts one more process in a running container; it ends with the container and, unless `tied` is false, with this
 * process. Resolves when it runs.
 * Throws CONTAINER_NOT_FOUND, CONTAINER_AMBIGUOUS, CONTAINER_NOT_RUNNING, NsExecError COMMAND_NOT_FOUND and others, OciError.
 */
export async function execInContainer(
  engine: Engine,
  nameOrId: string,
  options: ExecOptions,
): Promise<LaunchedContainer> {
  checkWorkdir(options.workdir);
  void expectMove();
  const { id, user, state } = findContainer(engine, nameOrId);
  const run = readRunRecord(engine, id);
  if (state.status !== 'running' || run?.process === undefined) {
    throw new EngineError('CONTAINER_NOT_RUNNING', `Container ${id} is not running`);
  }
  await resumeAbandoned(engine, id);
  const spec = readSpec(engine, id);
  if (spec.process === undefined) throw new TypeError('a spec without a process');
  const process = processOf(spec.process, options);
  return execute(spec, process, {
    ...supervisionFor(options),
    target: run.process,
    identify: (files) => identifiedProcess({ ...spec, process }, options.user ?? user, files),
  });
}
