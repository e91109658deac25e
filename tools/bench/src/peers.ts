import { join } from 'node:path';
import type { Missing } from './bench-context.ts';
import { isInstalled } from './commands.ts';
import { startDocker } from './docker.ts';
import type { Docker } from './docker.ts';
import type { ExecuteOptions } from './execute.ts';
import { preparePodman } from './podman.ts';
import type { Podman } from './podman.ts';

/** The peers that need something done before they can be measured. */
export interface Peers {
  readonly docker: Docker | Missing;
  readonly podman: Podman | Missing;
  [Symbol.asyncDispose](): Promise<void>;
}

async function docker(
  work: string,
  cgroup: string,
  options: ExecuteOptions,
): Promise<Docker | Missing> {
  const missing = ['docker', 'dockerd', 'containerd'].find((name) => !isInstalled(name));
  if (missing !== undefined) return { missing: `${missing} is not installed` };
  if (process.getuid?.() !== 0) return { missing: 'its daemon needs root' };
  try {
    return await startDocker(join(work, 'docker'), cgroup, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Starts what is installed of docker and podman; disposing stops it. */
export async function startPeers(
  work: string,
  cgroup: string,
  options: ExecuteOptions,
): Promise<Peers> {
  const podman = isInstalled('podman')
    ? await preparePodman(join(work, 'podman'))
    : { missing: 'podman is not installed' };
  const started = await docker(work, cgroup, options);
  return {
    docker: started,
    podman,
    async [Symbol.asyncDispose]() {
      if (!('missing' in started)) await started[Symbol.asyncDispose]();
    },
  };
}
