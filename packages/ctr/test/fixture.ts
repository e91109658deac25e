import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assertNothingLeft,
  pushBusybox,
  pushLayout,
  run,
  snapshotHost,
  startDebianRegistry,
  temporaryDirectory,
} from '@ctrkit/testing';
import type { Need, RunResult } from '@ctrkit/testing';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** A command of the checkout as it is shipped: `ctr`, `rootfs` … */
export const commandPath = (name: string): string =>
  join(checkout, 'packages', name, 'dist/bundle/bin.cjs');

/** What every test here needs: the built commands, a registry and an image that others made. */
export const mainJob: readonly Need[] = [
  'root',
  'cgroup',
  'overlay',
  'command:docker-registry',
  'command:skopeo',
  'file:/bin/busybox',
  'file:packages/ctr/dist/bundle/bin.cjs',
  'file:tools/hello-world/dist/layout/index.json',
];

export interface World {
  /** host:port of Debian's docker-registry with `busybox` and `hello-world`. */
  readonly registry: string;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs `ctr` with this world's directories. */
  ctr: (...args: string[]) => Promise<RunResult>;
  /** Runs a shell line in which every command of ours is on the PATH. */
  shell: (line: string) => Promise<RunResult>;
}

const tools = ['ctr', 'registry-client', 'image-store', 'rootfs', 'ns-exec', 'cgroup'];

/** Runs a test with a registry and an empty store, and fails if anything of ours is left on the machine. */
export async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const before = await snapshotHost();
  {
    await using directory = await temporaryDirectory();
    await using server = await startDebianRegistry();
    await pushBusybox(server.origin, 'busybox');
    const hello = join(checkout, 'tools/hello-world/dist/layout');
    await pushLayout(hello, 'latest', server.origin, 'hello-world');
    const world = worldIn(directory.path, new URL(server.origin).host);
    try {
      await test(world);
    } finally {
      await removeContainers(world);
    }
  }
  await assertNothingLeft(before);
}

// Also what a test that failed left running.
async function removeContainers({ ctr }: World): Promise<void> {
  const ids = (await ctr('ps', '-aq')).stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await ctr('rm', '-f', ...ids);
}

function worldIn(directory: string, registry: string): World {
  const env = {
    ...process.env,
    CTR_ROOT: join(directory, 'root'),
    CTR_RUN: join(directory, 'run'),
    DOCKER_CONFIG: directory,
    R: registry,
    NODE: process.execPath,
    CTR: commandPath('ctr'),
    D: directory,
  };
  const functions = tools
    .map((name) => `${name}() { '${process.execPath}' '${commandPath(name)}' "$@"; }`)
    .join('\n');
  return {
    registry,
    directory,
    env,
    ctr: (...args) => run([process.execPath, commandPath('ctr'), ...args], { env }),
    shell: (line) =>
      run(['bash', '-c', `set -o pipefail\n${functions}\n${line}`], { env, cwd: directory }),
  };
}
