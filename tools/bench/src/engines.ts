import { join } from 'node:path';
import type { Missing, PeerContext } from './bench-context.ts';
import { bundled } from './commands.ts';
import { execute } from './execute.ts';

/** How a container engine is called; all of them take docker's words. */
export interface EngineCli {
  readonly name: string;
  /** A command and its operands follow. */
  readonly prefix: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** What `run` needs here besides. */
  readonly runFlags: readonly string[];
  readonly pullFlags: readonly string[];
}

export type AnyEngine = EngineCli | ({ readonly name: string } & Missing);

/** ctr with a store of its own below the working directory. */
export function ctrEngine({ work, env }: Pick<PeerContext, 'work' | 'env'>): EngineCli {
  const root = join(work, 'engine-ctr');
  return {
    name: 'ctr',
    prefix: bundled('ctr'),
    env: { ...env, CTR_ROOT: join(root, 'root'), CTR_RUN: join(root, 'run') },
    runFlags: ['--network', 'none'],
    pullFlags: [],
  };
}

/** ctr, docker and podman, as far as they are installed. */
export function engines(context: PeerContext): AnyEngine[] {
  const { docker, podman, env, cgroup } = context;
  const runFlags = ['--network', 'none'];
  return [
    ctrEngine(context),
    'missing' in docker
      ? { name: 'docker', ...docker }
      : { name: 'docker', prefix: docker.client, env, runFlags, pullFlags: [] },
    'missing' in podman
      ? { name: 'podman', ...podman }
      : {
          name: 'podman',
          prefix: podman.command,
          env: { ...env, ...podman.env },
          runFlags: [...runFlags, '--cgroup-parent', `/${cgroup}`],
          pullFlags: ['--tls-verify=false'],
        },
  ];
}

/** Calls an engine, and returns what it says on stdout. Rejects when it fails. */
export async function call(
  { prefix, env }: EngineCli,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  return (await execute([...prefix, ...args], { env, signal })).stdout;
}

export const pull = (engine: EngineCli, image: string, signal: AbortSignal): Promise<string> =>
  call(engine, ['pull', '--quiet', ...engine.pullFlags, image], signal);

/** Removes all containers of an engine, whatever they do. */
export async function removeAll(engine: EngineCli, signal: AbortSignal): Promise<void> {
  const ids = (await call(engine, ['ps', '-aq'], signal)).split('\n').filter(Boolean);
  if (ids.length > 0) await call(engine, ['rm', '-f', ...ids], signal);
}

/** The engines that are there. */
export const present = (all: readonly AnyEngine[]): EngineCli[] =>
  all.filter((engine): engine is EngineCli => !('missing' in engine));
