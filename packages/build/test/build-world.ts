import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { openEngine, listContainers, prepareImage } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { openImageStore } from '@ctrkit/image-store';
import type { StoredImage } from '@ctrkit/image-store';
import { layersTree, readFileOf } from '@ctrkit/rootfs';
import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry } from '@ctrkit/syscalls';
import { assertNothingLeft, makeBusyboxLayout, needs, snapshotHost, temporaryDirectory } from '@ctrkit/testing'; // prettier-ignore
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildImage, openDirectoryContext, parseDockerfile } from '../src/index.ts';
import type { BuildEvent, BuildOptions, BuildResult } from '../src/index.ts';

/** Whether images can be built here; says why where not. */
export const canBuild = (): boolean => needs('root', 'cgroup', 'overlay', 'file:/bin/busybox');

/** What a build said and made. */
export interface Built extends BuildResult {
  readonly events: readonly BuildEvent[];
  /** The texts of the steps that were carried out. */
  readonly made: readonly string[];
  /** The texts of the steps that were not. */
  readonly cached: readonly string[];
  /** What RUNs wrote. */
  readonly output: string;
}

/** What a test gives of a build's options; the Dockerfile as text. */
export type Given = Omit<BuildOptions, 'dockerfile' | 'context'> & { readonly noContext?: boolean };

/** An engine with an image of busybox, and a directory that is the context. */
export interface BuildWorld extends Engine {
  readonly directory: string;
  readonly context: string;
  /** Writes files of the context. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  build(dockerfile: string, options?: Given): Promise<Built>;
  image(name: string): Promise<StoredImage>;
  /** Paths of an image, relative, sorted, with their kinds and permissions as `ls -l` shows them. */
  files(name: string): Promise<Map<string, WalkEntry>>;
  read(name: string, path: string): Promise<string>;
}

function summary(events: readonly BuildEvent[]): Pick<Built, 'made' | 'cached' | 'output'> {
  const done = events.filter((event) => event.type === 'step-done');
  const texts = (isCached: boolean): string[] =>
    done.filter((event) => event.isCached === isCached).map(({ step }) => step.text);
  const output = events.filter((event) => event.type === 'output');
  const bytes = Buffer.concat(output.map((event) => event.bytes));
  return { made: texts(false), cached: texts(true), output: bytes.toString() };
}

async function build(
  engine: Engine,
  directory: string,
  dockerfile: string,
  { noContext = false, ...options }: Given,
): Promise<Built> {
  const events: BuildEvent[] = [];
  const cacheDirectory = join(engine.root, 'build-cache');
  await using context = await openDirectoryContext(directory, { cacheDirectory });
  const result = await buildImage(engine, {
    dockerfile: parseDockerfile(Buffer.from(dockerfile), 'Dockerfile'),
    ...(noContext ? {} : { context }),
    ...options,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  return { ...result, events, ...summary(events) };
}

async function layersOf(engine: Engine, name: string): Promise<readonly string[]> {
  using image = await prepareImage(engine, name, { pull: 'never' });
  return image.layers;
}

async function filesOf(engine: Engine, name: string): Promise<Map<string, WalkEntry>> {
  const files = new Map<string, WalkEntry>();
  for await (const record of walkTree(layersTree(await layersOf(engine, name)))) {
    if (record.kind === 'entry') files.set(record.path.toString(), record);
  }
  return files;
}

function worldOf(engine: Engine, directory: string): BuildWorld {
  const context = join(directory, 'context');
  return {
    ...engine,
    directory,
    context,
    write: async (files) => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(context, path)), { recursive: true });
        await writeFile(join(context, path), content);
      }
    },
    build: (dockerfile, options = {}) => build(engine, context, dockerfile, options),
    image: async (name) => {
      const found = await (await openImageStore(engine)).find(name);
      if (found === undefined) throw new Error(`no image ${name}`);
      return found;
    },
    files: (name) => filesOf(engine, name),
    read: async (name, path) =>
      await text(Readable.from(readFileOf(layersTree(await layersOf(engine, name)), path))),
  };
}

/** What a build may not leave. */
function assertTidy({ root }: Engine): void {
  const left = ['running', 'binds', 'spool'].flatMap((name) => namesIn(join(root, 'build-cache', name))); // prettier-ignore
  assert.equal(left, [], 'files of builds');
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Runs a test with an engine of its own in which there is busybox; fails if anything is left on the machine. */
export function inBuildWorld(name: string, body: (world: BuildWorld) => Promise<void>): void {
  test(name, async () => {
    const before = await snapshotHost();
    {
      await using base = await temporaryDirectory();
      const engine = openEngine({ root: join(base.path, 'root'), run: join(base.path, 'run') });
      await makeBusyboxLayout(join(base.path, 'layout'));
      const store = await openImageStore(engine);
      await store.import(join(base.path, 'layout'), { name: 'busybox' });
      await mkdir(join(base.path, 'context'));
      await body(worldOf(engine, base.path));
      assertTidy(engine);
      assert.equal(listContainers(engine), [], 'containers');
    }
    await assertNothingLeft(before);
  });
}

/** The error that something ends with. Fails where it succeeds. */
export async function failureOf(
  action: () => Promise<unknown>,
): Promise<Error & { code?: string; exitCode?: number }> {
  // prettier-ignore
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
