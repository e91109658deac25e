import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Engine } from '@ctrkit/engine';
import type { Builder, Built, BuiltImage, CaseInputs, DockerfileCase } from '@ctrkit/tool-compare';
import { buildImage, openDirectoryContext, parseDockerfile } from '../../src/index.ts';
import type { BuildEvent, Context, GivenContext, Secret } from '../../src/index.ts';

type Digest = `sha256:${string}`;

interface Manifest {
  readonly config: { readonly digest: Digest };
  readonly layers: readonly { readonly digest: Digest }[];
}

async function readLayer(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** An image as it lies in the store's layout, read without the packages under test. */
async function readImage({ root }: Engine, digest: Digest): Promise<BuiltImage> {
  const blob = (one: Digest): string => join(root, 'blobs', ...one.split(':'));
  const parse = async (one: Digest): Promise<unknown> =>
    JSON.parse(await readFile(blob(one), 'utf8'));
  const { config, layers } = (await parse(digest)) as Manifest;
  return {
    configuration: (await parse(config.digest)) as BuiltImage['configuration'],
    layer: (index) => readLayer(blob(layers[index]?.digest ?? digest)),
  };
}

const changesFiles = /^(?:RUN|COPY|ADD|WORKDIR)\b/i;

function stepsIn(events: readonly BuildEvent[]): { cached: string[]; ran: string[] } {
  const done = events.filter((event) => event.type === 'step-done');
  const texts = (isCached: boolean): string[] =>
    done
      .filter(({ isCached: was, step }) => was === isCached && changesFiles.test(step.text))
      .map(({ step }) => step.text);
  return { cached: texts(true), ran: texts(false) };
}

const secretsOf = ({ secrets }: CaseInputs): Map<string, Secret> =>
  new Map(Object.entries(secrets).map(([id, path]) => [id, { type: 'file', path }]));

function failureOf(error: unknown): Built {
  const { message, exitCode } = error as Error & { exitCode?: number };
  return { code: exitCode ?? 1, error: message };
}

class OurBuilder implements Pick<Builder, 'build'> {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async build(one: DockerfileCase, inputs: CaseInputs, fresh: boolean): Promise<Built> {
    const opened: Context[] = [];
    const open = async (path: string, dockerfile?: string): Promise<Context> => {
      const cacheDirectory = join(this.#engine.root, 'build-cache');
      const context = await openDirectoryContext(path, { cacheDirectory, dockerfile });
      opened.push(context);
      return context;
    };
    try {
      return await this.#build(one, inputs, fresh, open);
    } catch (error) {
      return failureOf(error);
    } finally {
      for (const context of opened) await context[Symbol.asyncDispose]();
    }
  }

  async #build(
    one: DockerfileCase,
    inputs: CaseInputs,
    fresh: boolean,
    open: (path: string, dockerfile?: string) => Promise<Context>,
  ): Promise<Built> {
    const events: BuildEvent[] = [];
    const text = await readFile(join(inputs.context, inputs.dockerfile));
    const contexts = new Map<string, GivenContext>();
    for (const [name, path] of Object.entries(inputs.contexts)) {
      contexts.set(name, { type: 'files', tree: await open(path) });
    }
    const { digest } = await buildImage(this.#engine, {
      dockerfile: parseDockerfile(text, inputs.dockerfile),
      context: await open(inputs.context, inputs.dockerfile),
      contexts,
      secrets: secretsOf(inputs),
      buildArgs: new Map(Object.entries(one.buildArgs ?? {})),
      labels: one.labels ?? {},
      target: one.target,
      noCache: fresh,
      onEvent: (event) => events.push(event),
    });
    return { image: await readImage(this.#engine, digest as Digest), ...stepsIn(events) };
  }
}

/** Our library, as the tables ask a builder. */
export function ourBuilder(engine: Engine): Pick<Builder, 'build'> {
  return new OurBuilder(engine);
}
