import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pushBusybox } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import { isInstalled } from '../commands.ts';
import type { Contender, Entrant } from '../contender.ts';
import { ctrEngine } from '../engines.ts';
import { execute } from '../execute.ts';
import { times } from '../figures.ts';
import { fresh } from '../fresh.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

const FILES = 5_000;
const FOLDERS = 50;
const RUNS = 10;
const IMAGE = 'bench-build';

/** A builder: what builds, and what makes it forget all that it built. */
interface Builder extends Pick<Contender, 'name' | 'env'> {
  readonly build: Contender['command'];
  readonly forget: () => Promise<unknown>;
}

type AnyBuilder = Builder | Extract<Entrant, { readonly missing: string }>;

const run = (number: number): string => `RUN echo ${number} > /step-${number}`;

/** Twenty steps, ten of them commands. */
function dockerfile(base: string): string {
  return [
    `FROM ${base}`,
    'ENV MODE=bench',
    'WORKDIR /src',
    run(0),
    'COPY . .',
    ...Array.from({ length: RUNS - 1 }, (_, number) => run(number + 1)),
    'ENV LATER=yes',
    'LABEL kind=bench',
    'EXPOSE 80',
    'USER 0',
    'ENTRYPOINT ["sh"]',
    'CMD ["-c", "true"]',
    '',
  ].join('\n');
}

async function writeContext(directory: string, base: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const path = join(directory, 'src', String(folder));
    await mkdir(path, { recursive: true });
    for (let file = folder; file < FILES; file += FOLDERS) {
      await writeFile(join(path, `file-${file}`), `line ${file}\n`.repeat(1 + (file % 300)));
    }
  }
  await writeFile(join(directory, 'Dockerfile'), dockerfile(base));
}

function ctr(context: PeerContext, directory: string): Builder {
  const work = join(context.work, 'build-ctr');
  const { name, prefix, env } = ctrEngine({ ...context, work });
  const base = `${context.registry}/busybox`;
  return {
    name,
    env,
    build: [...prefix, 'build', '--quiet', '--tag', IMAGE, directory],
    forget: async () => {
      await fresh(context, work);
      await execute([...prefix, 'pull', '--quiet', base], { ...context, env });
    },
  };
}

function docker(context: PeerContext, directory: string): AnyBuilder {
  const { docker: peer, env } = context;
  if ('missing' in peer) return { name: 'docker', ...peer };
  const network = ['--network', 'host'];
  return {
    name: 'docker',
    env: { ...env, DOCKER_BUILDKIT: '0' },
    build: [...peer.client, 'build', '--quiet', ...network, '--tag', IMAGE, directory],
    forget: async () => {
      await execute([...peer.client, 'image', 'rm', '--force', IMAGE], context);
      await execute([...peer.client, 'image', 'prune', '--force'], context);
      await fresh(context);
    },
  };
}

function buildah(context: PeerContext, directory: string): AnyBuilder {
  const { podman, env } = context;
  if (!isInstalled('buildah')) return { name: 'buildah', missing: 'buildah is not installed' };
  if ('missing' in podman) return { name: 'buildah', ...podman };
  const root = join(context.work, 'build-buildah');
  const stores = ['--root', join(root, 'root'), '--runroot', join(root, 'run')];
  const prefix = ['buildah', ...stores, '--storage-driver', 'overlay'] as const;
  const own = { ...env, ...podman.env };
  const flags = ['--tls-verify=false', '--network', 'host', '--runtime', 'runc'];
  return {
    name: 'buildah',
    env: own,
    build: [...prefix, 'bud', '--quiet', '--layers', ...flags, '--tag', IMAGE, directory],
    forget: async () => {
      await execute([...prefix, 'rmi', '--all', '--force'], { ...context, env: own });
      const base = `docker://${context.registry}/busybox`;
      await execute([...prefix, 'pull', '--quiet', '--tls-verify=false', base], { ...context, env: own }); // prettier-ignore
      await fresh(context);
    },
  };
}

function entrants(builders: readonly AnyBuilder[], kind: 'cached' | 'cold'): Entrant[] {
  return builders.map((builder) => {
    if ('missing' in builder) return builder;
    const { name, env, build, forget } = builder;
    return { name, env, command: build, ...(kind === 'cold' ? { before: forget } : {}) };
  });
}

/** A build of twenty steps with a context of 5,000 files: from nothing but its base, and with nothing changed. */
export async function measureBuild(context: PeerContext): Promise<Row[]> {
  const { signal, registry, rounds = 5 } = context;
  const directory = join(context.work, 'build-context');
  await pushBusybox(`http://${registry}`);
  await writeContext(directory, `${registry}/busybox`);
  const builders = [
    ctr(context, directory),
    docker(context, directory),
    buildah(context, directory),
  ];
  context.say(`build: ${rounds} rounds of ctr, docker (classic), buildah`);
  const cold = await interleave(entrants(builders, 'cold'), { rounds, warmUp: 1, signal });
  const cached = await interleave(entrants(builders, 'cached'), { rounds, warmUp: 1, signal });
  return [
    {
      id: 'build-cold',
      title: `build, 20 steps, context of ${FILES} files, ${RUNS} commands: nothing cached`,
      unit: 'ms',
      ours: 'ctr',
      bars: { docker: { times: 0.3 }, buildah: { times: 0.6 } },
      figures: times(cold),
      notes: ['the base image is there', 'docker: its classic builder; buildah: --layers'],
    },
    {
      id: 'build-cached',
      title: 'the same again, everything cached',
      unit: 'ms',
      ours: 'ctr',
      bars: { docker: { times: 0.25 }, buildah: { times: 0.4 } },
      figures: times(cached),
      notes: [],
    },
  ];
}
