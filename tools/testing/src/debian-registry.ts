import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface DebianRegistry {
  readonly port: number;
  /** `127.0.0.1:PORT`, as it stands in an image reference. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Where its blobs lie, for tests that damage them. */
  readonly storage: string;
  [Symbol.asyncDispose](): Promise<void>;
}

const START_MS = 20_000;

async function answers(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/v2/`);
    await response.arrayBuffer();
    // 401 is an answer too: a registry may ask for a login.
    return response.ok || response.status === 401;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await closed;
  clearTimeout(timer);
}

async function untilItAnswers(child: ChildProcess, host: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const failed = once(child, 'error').then(([error]) => error as Error);
  const deadline = Date.now() + START_MS;
  while (!(await answers(`http://${host}`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`docker-registry does not answer on ${host}: ${said.trim()}`);
    }
    const error = await Promise.race([failed, sleep(50)]);
    if (error !== undefined) throw error;
  }
}

/**
 * Starts Debian's docker-registry on a free loopback port with a storage directory of its own, and
 * waits until it answers. Disposing stops it and removes the directory. Needs
 * `command:docker-registry`.
 * @param config fields of the registry's configuration to add, such as `auth`
 * @see https://distribution.github.io/distribution/about/configuration/
 */
export async function startDebianRegistry(
  config: Record<string, unknown> = {},
): Promise<DebianRegistry> {
  const directory = await temporaryDirectory();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const storage = join(directory.path, 'storage');
  const configFile = join(directory.path, 'config.yml');
  // YAML is a superset of JSON.
  const text = JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: { addr: host },
    ...config,
  });
  await writeFile(configFile, text);

  const child = spawn('docker-registry', ['serve', configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const dispose = async (): Promise<void> => {
    await stop(child);
    process.off('exit', kill);
    await directory[Symbol.asyncDispose]();
  };
  try {
    await untilItAnswers(child, host);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { port, host, origin: `http://${host}`, storage, [Symbol.asyncDispose]: dispose };
}
