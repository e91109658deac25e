import { delimiter, join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { Helper, supervise, SyscallsError } from '@ctrkit/syscalls';
import type { HelperOptions, Operation } from '@ctrkit/syscalls';
import { CgroupError } from './cgroup-error.ts';
import type { Cgroup } from './cgroup.ts';
import { createCgroup } from './create.ts';
import type { CreateOptions } from './create.ts';
import { runName, sweepRuns } from './run-name.ts';

export interface RunOptions extends CreateOptions {
  /** A cgroupsPath. @default a name of its own below the hierarchy's base */
  readonly path?: string;
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** @default all three inherited */
  readonly stdio?: HelperOptions['stdio'];
  /** Called when the limits are set, before the command starts. */
  readonly onCreated?: (cgroup: Cgroup) => void;
}

/** A command that runs in a cgroup of its own. */
export interface LimitedRun {
  readonly cgroup: Cgroup;
  /** Passes a signal to the command; false when it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  /** Resolves when the command has ended, all that it left behind is killed, and the cgroup is gone. */
  wait(): Promise<RunExit>;
}

export interface RunExit {
  /** The command's own, 128 + n when signal n ended it. */
  readonly code: number;
  /** How many processes the kernel killed for want of memory. */
  readonly oomKills: number;
}

const SIGKILL = 9;

function candidatesFor(command: string, env: NodeJS.ProcessEnv): string[] {
  if (command.includes('/')) return [command];
  const path = env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return path.split(delimiter).map((folder) => join(folder === '' ? '.' : folder, command));
}

function planFor(
  [command, ...args]: readonly [string, ...string[]],
  cgroup: Cgroup,
  env: NodeJS.ProcessEnv,
): Operation[] {
  return [
    supervise(),
    { op: 'spawn', namespaces: 0 },
    { op: 'parent-death', signal: SIGKILL },
    ...cgroup.joinFiles.map((path): Operation => ({ op: 'join-cgroup', path })),
    {
      op: 'execute',
      candidates: candidatesFor(command, env),
      argv: [command, ...args],
      env: Object.entries(env).map(([name, value]) => `${name}=${value ?? ''}`),
    },
  ];
}

function explain(error: unknown, command: string): unknown {
  const failure = error instanceof SyscallsError ? error.failure : undefined;
  if (failure === undefined) return error;
  const { operation, errno, path } = failure;
  if (operation === 'join-cgroup') {
    return new CgroupError('CGROUP_NO_PERMISSION', `${path}: cannot be joined: ${errno}`, {
      hint: 'who moves a process needs the right to write cgroup.procs of the cgroup above both places',
      cause: error,
      path,
    });
  }
  if (operation !== 'execute') return error;
  const missing = errno === 'ENOENT' || errno === 'ENOTDIR';
  return new CgroupError(
    missing ? 'COMMAND_NOT_FOUND' : 'COMMAND_NOT_EXECUTABLE',
    `${command}: ${missing ? 'command not found' : `cannot be executed: ${errno}`}`,
    { cause: error },
  );
}

async function end(helper: Helper, cgroup: Cgroup, command: string): Promise<RunExit> {
  try {
    const { code } = await helper.wait();
    const { oomKills = 0 } = await cgroup.events();
    return { code, oomKills };
  } catch (error) {
    throw explain(error, command);
  } finally {
    helper.end();
    await cgroup.delete();
  }
}

/**
 * Runs a command under limits: joined before its first instruction, and all that it started ends with it. Device
 * rules are left to containers. Throws CgroupError by code: also COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE (from
 * `wait`); SyscallsError HELPER_MISSING.
 */
export async function runInCgroup(
  command: readonly [string, ...string[]],
  resources: Omit<LinuxResources, 'devices'>,
  options: RunOptions = {},
): Promise<LimitedRun> {
  const { path, env = process.env, stdio = ['inherit', 'inherit', 'inherit'] } = options;
  if (path === undefined) await sweepRuns(options);
  const cgroup = await createCgroup(path ?? runName(), resources, options);
  try {
    options.onCreated?.(cgroup);
    const helper = new Helper('supervise', { stdio });
    const ended = end(helper, cgroup, command[0]);
    // Whoever waits gets the error; the cgroup is gone either way.
    ended.catch(() => {});
    await helper.write(...planFor(command, cgroup, env));
    helper.end();
    return { cgroup, kill: (signal) => helper.kill(signal), wait: () => ended };
  } catch (error) {
    await cgroup.delete();
    throw error;
  }
}
