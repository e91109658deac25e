import { readFileSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { revealing } from './reveal-checkout.ts';
import { run } from './run.ts';
import { becoming, withSubordinateIds } from './subordinate-ids.ts';
import type { RunOptions, RunResult } from './run.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import type { TemporaryDirectory } from './temporary-directory.ts';

/** Somebody without privileges. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Accounts that every Debian has, whose processes nobody misses. Not `nobody` first: 65534 is also
 * how the kernel shows an id that has no mapping, which would hide faults in mappings.
 */
const accounts = ['games', 'daemon', 'nobody'];

/** Whom `asUser` runs as: ourselves, or a system account when we are root. */
export function unprivilegedUser(): User {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return { name: process.env['USER'] ?? String(uid), uid, gid };
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = accounts
    .map((name) => lines.find((line) => line.startsWith(`${name}:`)))
    .find((line) => line !== undefined)
    ?.split(':');
  return {
    name: fields?.[0] ?? 'nobody',
    uid: Number(fields?.[2] ?? 65534),
    gid: Number(fields?.[3] ?? 65534),
  };
}

/** A directory of the unprivileged user, mode 0700, below one that they can pass. */
export async function userDirectory(): Promise<TemporaryDirectory> {
  const { uid, gid } = unprivilegedUser();
  const parent = await temporaryDirectory({ traversable: true });
  const path = join(parent.path, 'home');
  await mkdir(path, { mode: 0o700 });
  await chown(path, uid, gid);
  return { path, [Symbol.asyncDispose]: () => parent[Symbol.asyncDispose]() };
}

export interface UserRunOptions extends Omit<RunOptions, 'uid' | 'gid'> {
  /**
   * The user's home, from `userDirectory`: what one command leaves there, the next one finds.
   * @default one that is removed when the command has ended
   */
  readonly home?: string;
  /** The user has `subordinateIds`. Needs root, newuidmap(1) and newgidmap(1). @default false */
  readonly subordinate?: boolean;
}

async function environment(user: User, home: string): Promise<NodeJS.ProcessEnv> {
  const runtime = join(home, 'run');
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  await chown(runtime, user.uid, user.gid);
  return {
    HOME: home,
    USER: user.name,
    LOGNAME: user.name,
    TMPDIR: home,
    XDG_RUNTIME_DIR: runtime,
    PATH: process.env['PATH'],
    LANG: 'C.UTF-8',
  };
}

/**
 * Runs a command to its end as an unprivileged user, without supplementary groups, in a home of its
 * own; as ourselves when we are not root. `env` adds to a small environment (`HOME`, `PATH`,
 * `TMPDIR` and `XDG_RUNTIME_DIR` in the home, …); `cwd` is the home by default. The user can read
 * the checkout wherever it lies. Needs `unprivileged-user`.
 */
export async function asUser(
  command: readonly [string, ...string[]],
  options: UserRunOptions = {},
): Promise<RunResult> {
  if (options.home === undefined) {
    await using made = await userDirectory();
    return await asUser(command, { ...options, home: made.path });
  }
  const { home, env, subordinate = false, ...rest } = options;
  const user = unprivilegedUser();
  const settings = {
    cwd: home,
    ...rest,
    env: { ...(await environment(user, home)), ...env },
  };
  if (process.getuid?.() !== 0) return run(command, settings);
  const hidden = revealing(user, command);
  if (subordinate) {
    const own = hidden ?? becoming(user, command);
    return run(await withSubordinateIds(user, dirname(home), own), settings);
  }
  return hidden === undefined
    ? run(command, { ...settings, uid: user.uid, gid: user.gid })
    : run(hidden, settings);
}
