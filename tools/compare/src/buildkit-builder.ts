import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '@ctrkit/testing';
import type { Builder } from './builder.ts';
import { readDockerArchive } from './docker-archive.ts';
import type { DockerfileCase } from './dockerfile-case.ts';
import { essenceOf } from './essence.ts';
import type { CaseInputs } from './write-inputs.ts';

const START_MS = 30_000;

// https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
const configuration = (cgroup: string, registry: string): string => `
[worker.containerd]
  enabled = false
[worker.oci]
  networkMode = "host"
  defaultCgroupParent = "/${cgroup}"
[registry."docker.io"]
  mirrors = ["${registry}"]
[registry."${registry}"]
  http = true
`;

const step = /^#(\d+) \[(?:\S+ )?\d+\/\d+\] ((?:RUN|COPY|ADD|WORKDIR) .*)$/;

/** Which instructions were in the cache, out of its plain progress. */
function stepsIn(progress: string): { cached: string[]; ran: string[] } {
  const lines = progress.split('\n');
  const texts = new Map<string, string>();
  for (const [, id = '', text = ''] of lines.map((line) => step.exec(line) ?? [])) {
    if (id !== '') texts.set(id, text);
  }
  const ended = (how: string): string[] =>
    [...texts].filter(([id]) => lines.some((line) => line.startsWith(`#${id} ${how}`))).map(([, text]) => text); // prettier-ignore
  return { cached: ended('CACHED'), ran: ended('DONE') };
}

const options = (prefix: string, values: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(values).flatMap(([name, value]) => ['--opt', `${prefix}:${name}=${value}`]);

function buildArguments(one: DockerfileCase, inputs: CaseInputs, fresh: boolean): string[] {
  const contexts = Object.entries(inputs.contexts);
  return [
    'build',
    '--progress=plain',
    '--frontend=dockerfile.v0',
    '--local',
    `context=${inputs.context}`,
    '--local',
    `dockerfile=${inputs.context}`,
    '--opt',
    `filename=${inputs.dockerfile}`,
    ...(fresh ? ['--no-cache'] : []),
    ...(one.target === undefined ? [] : ['--opt', `target=${one.target}`]),
    ...options('build-arg', one.buildArgs),
    ...options('label', one.labels),
    ...options('context', Object.fromEntries(contexts.map(([name]) => [name, `local:${name}`]))),
    ...contexts.flatMap(([name, path]) => ['--local', `${name}=${path}`]),
    ...Object.entries(inputs.secrets).flatMap(([id, path]) => ['--secret', `id=${id},src=${path}`]),
  ];
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function untilItAnswers(
  child: ChildProcess,
  client: readonly [string, ...string[]],
): Promise<void> {
  const failed = once(child, 'error').then(([error]) => error as Error);
  const deadline = Date.now() + START_MS;
  while ((await run([...client, 'debug', 'info'])).code !== 0) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error('buildkitd did not start');
    const error = await Promise.race([failed, sleep(100)]);
    if (error !== undefined) throw error;
  }
}

/** BuildKit, by a daemon of its own below `directory`, with an image's short name leading to a registry. Needs root. */
export async function startBuildkit(
  directory: string,
  cgroup: string,
  registry: string,
): Promise<Builder> {
  await mkdir(directory, { recursive: true });
  const [config, archive, unpacked] = ['config.toml', 'built.tar', 'built'].map((name) => join(directory, name)) as [string, string, string]; // prettier-ignore
  await writeFile(config, configuration(cgroup, registry));
  const address = `unix://${join(directory, 'buildkitd.sock')}`;
  const child = spawn(
    'buildkitd',
    ['--config', config, '--root', join(directory, 'root'), '--addr', address],
    { stdio: 'ignore', env: { PATH: process.env['PATH'], HOME: directory } },
  );
  const client = ['buildctl', '--addr', address] as const;
  try {
    await untilItAnswers(child, client);
  } catch (error) {
    await stop(child);
    throw error;
  }
  const { stdout } = await run(['buildkitd', '--version']);
  return {
    name: 'buildkit',
    version: `BuildKit ${stdout.trim().split(' ')[2] ?? ''}`,
    async build(one, inputs, fresh) {
      await rm(unpacked, { recursive: true, force: true });
      const output = `--output=type=docker,name=built,dest=${archive}`;
      const { code, stderr } = await run([
        ...client,
        ...buildArguments(one, inputs, fresh),
        output,
      ]);
      if (code !== 0) return { code, error: essenceOf(stderr) };
      return { image: await readDockerArchive(archive, unpacked), ...stepsIn(stderr) };
    },
    [Symbol.asyncDispose]: () => stop(child),
  };
}
