import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from './execute.ts';
import type { ExecuteOptions } from './execute.ts';

/** A docker daemon of the bench's own. */
export interface Docker {
  /** The client with what leads it to this daemon; the rest of a command follows. */
  readonly client: readonly [string, ...string[]];
  readonly pid: number;
  [Symbol.asyncDispose](): Promise<void>;
}

const START_MS = 30_000;
const STOP_MS = 15_000;

// Nothing of the host's network is touched: no bridge, no rules, no forwarding.
const network = [
  '--bridge=none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-masq=false',
  '--ip-forward=false',
  '--userland-proxy=false',
];

function daemonArguments(directory: string, socket: string, cgroup: string): string[] {
  const own = ['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')];
  const files = [
    '--config-file',
    join(directory, 'daemon.json'),
    '--pidfile',
    join(directory, 'pid'),
  ];
  const containers = [
    '--exec-opt',
    'native.cgroupdriver=cgroupfs',
    '--cgroup-parent',
    `/${cgroup}`,
  ];
  // Should a containerd of the machine's be used, then without meeting the machine's containers.
  const names = ['--containerd-namespace', cgroup, '--containerd-plugins-namespace', `${cgroup}-p`];
  return ['-H', socket, ...own, ...files, ...network, ...containers, ...names];
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

async function untilItAnswers(
  child: ChildProcess,
  client: Docker['client'],
  options: ExecuteOptions,
): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const deadline = Date.now() + START_MS;
  for (;;) {
    const answered = await execute([...client, 'version'], options).catch(() => undefined);
    if (answered !== undefined) return;
    options.signal.throwIfAborted();
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`dockerd did not start: ${said.trim().split('\n').at(-1) ?? ''}`);
    }
    await sleep(100);
  }
}

/**
 * Starts dockerd, which starts containerd, on a unix socket, with everything of its own below `directory` and its
 * containers below `cgroup`. Disposing stops both. Needs root.
 */
export async function startDocker(
  directory: string,
  cgroup: string,
  options: ExecuteOptions,
): Promise<Docker> {
  await mkdir(directory);
  await writeFile(join(directory, 'daemon.json'), '{}');
  const socket = `unix://${join(directory, 'docker.sock')}`;
  const child = spawn('dockerd', daemonArguments(directory, socket, cgroup), {
    env: options.env,
    // Ctrl-C is for the bench, which stops it in its turn.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.on('error', () => undefined);
  const client = ['docker', '-H', socket] as const;
  try {
    await untilItAnswers(child, client, options);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { client, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child) };
}
