import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, run, scriptedRegistry } from '@ctrkit/testing';
import type { ScriptedRegistry } from '@ctrkit/testing';
import { makeFiles } from './context-helpers.ts';
import type { Files } from './context-helpers.ts';

const author = { name: 'A', email: 'a@example.org', date: '2020-01-01T00:00:00Z' };
const env = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: author.name,
  GIT_AUTHOR_EMAIL: author.email,
  GIT_AUTHOR_DATE: author.date,
  GIT_COMMITTER_NAME: author.name,
  GIT_COMMITTER_EMAIL: author.email,
  GIT_COMMITTER_DATE: author.date,
};

/** Runs git as somebody who makes repositories; what it says. */
export async function gitIn(directory: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['git', '-C', directory, ...args], { env });
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Commits files, and answers the commit's name. Makes the repository where there is none. */
export async function commit(directory: string, files: Files): Promise<string> {
  await run(['git', 'init', '-q', '-b', 'main', directory], { env });
  await makeFiles(directory, files);
  await gitIn(directory, 'add', '-A', '-f');
  await gitIn(directory, 'commit', '-q', '-m', 'more');
  return await gitIn(directory, 'rev-parse', 'HEAD');
}

/** A git daemon of the repositories in a directory. */
export interface GitDaemon extends AsyncDisposable {
  /** `git://127.0.0.1:PORT` */
  readonly origin: string;
}

export async function gitDaemon(directory: string): Promise<GitDaemon> {
  const port = await freePort();
  const args = ['daemon', '--reuseaddr', '--export-all', '--listen=127.0.0.1'];
  const where = [`--port=${port}`, `--base-path=${directory}`, directory];
  const child = spawn('git', [...args, ...where], { env, stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  while (child.exitCode === null && !(await answers(port))) await sleep(20);
  return {
    origin: `git://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The same repositories by http; `login`: `user:password` that it wants. */
export async function gitOverHttp(directory: string, login?: string): Promise<ScriptedRegistry> {
  return await scriptedRegistry(async (request, response) => {
    const wanted =
      login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return;
    }
    const url = new URL(request.url ?? '', 'http://host');
    const child = spawn('git', ['http-backend'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...env,
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: url.pathname.replace('.git/', '/'),
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    for await (const part of child.stdout) parts.push(part as Buffer);
    const answer = Buffer.concat(parts);
    const end = answer.indexOf('\r\n\r\n');
    for (const line of answer.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ');
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(answer.subarray(end + 4));
  });
}

export const repositoryIn = (directory: string, name: string): string => join(directory, name);
