import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { errnoOf } from '@ctrkit/durable';
import { BuildError } from '../build-error.ts';
import type { GitRemote } from './git-remote.ts';

/** What of the user's environment git may see: where it is, how to reach the network, and who may log in by ssh. */
const passedOn =
  /^(?:PATH|HOME|USER|LOGNAME|SSH_AUTH_SOCK|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR))$/i;

/**
 * Nothing that a repository says is done, and nothing of the machine's settings counts: no hooks, no filters, no monitors, no
 * helpers, no transport but these, and no question to the terminal.
 */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.autocrlf': 'false',
  'core.fileMode': 'true',
  'core.symlinks': 'true',
  'credential.helper': '',
  'fetch.fsckObjects': 'true',
  'transfer.fsckObjects': 'true',
  'protocol.allow': 'never',
  'protocol.git.allow': 'always',
  'protocol.http.allow': 'always',
  'protocol.https.allow': 'always',
  'protocol.ssh.allow': 'always',
  'http.followRedirects': 'initial',
  'advice.detachedHead': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'safe.directory': '*',
};

function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => passedOn.test(name));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    SSH_ASKPASS: 'true',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
    GIT_PROTOCOL_FROM_USER: '0',
    ...(env['SSL_CERT_FILE'] !== undefined && { GIT_SSL_CAINFO: env['SSL_CERT_FILE'] }),
  };
}

export interface GitOptions {
  /** @default that of this process */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MOST_COMPLAINTS = 64 * 1024;

/** What git said when it failed; `undefined` where it did not. */
async function complaintOf(
  args: readonly string[],
  { env = process.env, signal }: GitOptions,
): Promise<string | undefined> {
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // Permissions of what is checked out are the same everywhere.
  const command = ['-c', 'umask 022 && exec git "$@"', 'git', ...given, ...args];
  const child = spawn('/bin/sh', command, {
    env: environmentOf(env),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const kill = (): void => killGroup(child.pid);
  signal?.addEventListener('abort', kill);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_COMPLAINTS);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal?.throwIfAborted();
    return code === 0 ? undefined : (said === '' && `code ${code}`) || said;
  } finally {
    signal?.removeEventListener('abort', kill);
    if (child.exitCode === null) kill();
  }
}

// What git starts (ssh, remote-https) belongs to its group.
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** For people: its last line that says why, without passwords and without what a terminal would obey. */
export function plainComplaint(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const line =
    lines.findLast((each) => /^(?:fatal|error|remote):/.test(each)) ?? lines.at(-1) ?? '';
  return line
    .replaceAll(/\/\/[^/@\s]*@/g, '//')
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '?')
    .slice(0, 300);
}

/** Runs git, safely, in a directory. Throws CONTEXT_INVALID. */
export async function git(
  directory: string,
  args: readonly string[],
  { url }: Pick<GitRemote, 'url'>,
  options: GitOptions,
): Promise<void> {
  const said = await complaintOf(['-C', directory, ...args], options);
  if (said === undefined) return;
  const shown = url.replace(/\/\/[^/@]*@/, '//');
  if (/git: not found/.test(said)) {
    throw new BuildError('CONTEXT_INVALID', `${shown}: git is not installed`, {
      hint: 'install it, or give a directory or an archive as the context',
    });
  }
  throw new BuildError('CONTEXT_INVALID', `${shown}: ${plainComplaint(said)}`);
}
