import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@ctrkit/testing';
import { startDocker } from '@ctrkit/tool-bench';
import type { Builder } from './builder.ts';
import { readDockerArchive } from './docker-archive.ts';
import type { DockerfileCase } from './dockerfile-case.ts';
import { essenceOf } from './essence.ts';
import type { BuiltImage } from './image-facts.ts';
import type { CaseInputs } from './write-inputs.ts';

/** `docker image inspect`. */
interface Inspected {
  readonly Author: string;
  readonly Config: Readonly<Record<string, unknown>>;
}

type Command = readonly [string, ...string[]];

const changesFiles = /^(?:RUN|COPY|ADD|WORKDIR)\b/i;

/** Which instructions were in the cache, out of the lines that it prints. */
function stepsIn(stdout: string): { cached: string[]; ran: string[] } {
  const steps = stdout.split(/^Step \d+\/\d+ : /m).slice(1);
  const cached: string[] = [];
  const ran: string[] = [];
  for (const step of steps) {
    const [text = '', result = ''] = step.split('\n');
    if (!changesFiles.test(text)) continue;
    (result === ' ---> Using cache' ? cached : ran).push(text);
  }
  return { cached, ran };
}

const pairs = (flag: string, values: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);

function buildArguments(one: DockerfileCase, inputs: CaseInputs, fresh: boolean): string[] {
  return [
    'build',
    // There is no other network where the daemon may not touch the host's.
    '--network=host',
    `--file=${join(inputs.context, inputs.dockerfile)}`,
    ...(fresh ? ['--no-cache'] : []),
    ...(one.target === undefined ? [] : [`--target=${one.target}`]),
    ...pairs('--build-arg', one.buildArgs),
    ...pairs('--label', one.labels),
  ];
}

/** A daemon that has the images of a registry under their short names. */
async function pullAll(client: Command, registry: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const image = `${registry}/library/${name}`;
    const pulled = await run([...client, 'pull', '--quiet', image]);
    if (pulled.code !== 0) throw new Error(`docker pull ${name}: ${pulled.stderr.trim()}`);
    await run([...client, 'tag', image, `${name}:latest`]);
  }
}

/** docker's classic builder, by a daemon of its own below `directory`. Needs root. */
export async function startClassicBuilder(
  directory: string,
  cgroup: string,
  registry: string,
  images: readonly string[],
): Promise<Builder> {
  const env = { PATH: process.env['PATH'], HOME: directory, DOCKER_BUILDKIT: '0' };
  await mkdir(directory, { recursive: true });
  const { signal } = new AbortController();
  const docker = await startDocker(join(directory, 'docker'), cgroup, { env, signal });
  const { client } = docker;
  const iid = join(directory, 'iid');
  await pullAll(client, registry, images);
  const { stdout } = await run([...client, 'version', '--format', '{{.Server.Version}}'], { env });

  const save = async (id: string): Promise<BuiltImage> => {
    const archive = join(directory, 'saved.tar');
    const unpacked = join(directory, 'saved');
    await rm(unpacked, { recursive: true, force: true });
    const { code } = await run([...client, 'save', '--output', archive, id], { env });
    if (code === 0) return readDockerArchive(archive, unpacked);
    // An image without a layer it does not save.
    const inspected = await run([...client, 'image', 'inspect', id], { env });
    const [image] = JSON.parse(inspected.stdout) as readonly Inspected[];
    return {
      configuration: { config: image?.Config ?? {}, author: image?.Author ?? '', rootfs: { diff_ids: null } }, // prettier-ignore
      layer: () => Promise.reject(new Error(`${id} has no layer`)),
    };
  };
  return {
    name: 'classic',
    version: `docker ${stdout.trim()}, classic builder`,
    async build(one, inputs, fresh) {
      await rm(iid, { force: true });
      const args = [...buildArguments(one, inputs, fresh), `--iidfile=${iid}`, inputs.context];
      const { code, stdout: said, stderr } = await run([...client, ...args], { env });
      if (code !== 0) return { code, error: essenceOf(stderr) };
      return { image: await save(await readFile(iid, 'utf8')), ...stepsIn(said) };
    },
    [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose](),
  };
}
