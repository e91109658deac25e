import { openImageStore } from '@ctrkit/image-store';
import type { StoredImage } from '@ctrkit/image-store';
import { packChanges } from '@ctrkit/rootfs';
import type { OnEvent } from '@ctrkit/rootfs';
import { defaultPath } from '@ctrkit/oci';
import type { Digest, ImageRunConfig, RuntimeSpec } from '@ctrkit/oci';
import { readSpec } from './bundle.ts';
import { mountPointsOf } from './container-files.ts';
import { changedDirectories } from './root-directories.ts';
import { EngineError } from './engine-error.ts';
import type { Engine } from './engine.ts';
import { findContainer } from './find.ts';
import { containerWithId } from './list.ts';
import type { Container } from './list.ts';
import { whilePaused } from './while-paused.ts';
import { whileThere } from './while-there.ts';

export interface CommitContainerOptions {
  /** @default none */
  readonly name?: string | undefined;
  /** Instructions of a Dockerfile; see `applyChanges` of image-store. */
  readonly changes?: readonly string[] | undefined;
  readonly author?: string | undefined;
  readonly message?: string | undefined;
  /** Whether a running container stands still meanwhile, where it has a cgroup. @default true */
  readonly pause?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}

const nameOf = (variable: string): string => variable.split('=')[0] ?? '';

// What every container gets, and no image says.
function ownVariables(env: readonly string[], image: readonly string[]): string[] {
  const given = new Set(image.map(nameOf));
  return env.filter(
    (variable) =>
      given.has(nameOf(variable)) ||
      (!['HOSTNAME', 'TERM', 'HOME'].includes(nameOf(variable)) &&
        variable !== `PATH=${defaultPath}`),
  );
}

// Of a container that does not say what of its command is the entrypoint, the image's is, if it begins so.
function commandOf({ command, entrypoint }: Container, image: ImageRunConfig): ImageRunConfig {
  const program = entrypoint ?? image.Entrypoint ?? [];
  const isSame = program.every((word, index) => command[index] === word);
  const rest = isSame ? command.slice(program.length) : command;
  return {
    ...(isSame && program.length > 0 ? { Entrypoint: [...program] } : {}),
    ...(rest.length === 0 ? {} : { Cmd: [...rest] }),
  };
}

/** How a container runs, as its image would say it. */
function runConfigOf(
  container: Container,
  { process }: RuntimeSpec,
  image: ImageRunConfig,
): ImageRunConfig {
  const { Entrypoint: _, Cmd: __, Env: ___, ...rest } = image;
  const env = ownVariables(process?.env ?? [], image.Env ?? []);
  const { user, labels, stopSignal } = container;
  const cwd = process?.cwd ?? '/';
  return {
    ...rest,
    ...commandOf(container, image),
    ...(env.length === 0 ? {} : { Env: env }),
    ...(user === '' ? {} : { User: user }),
    ...(cwd === '/' ? {} : { WorkingDir: cwd }),
    ...(Object.keys(labels).length === 0 ? {} : { Labels: { ...labels } }),
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
}

function required(image: StoredImage | undefined, { imageId }: Container): StoredImage {
  if (image !== undefined) return image;
  throw new EngineError('IMAGE_NOT_FOUND', `No such image: ${imageId}`, {
    hint: 'the image that the container was made of has been removed: ctr export keeps its files',
  });
}

/** Fails at the end where a container began to run while its files were read: they are not of one moment. */
async function* whileNotStarted(
  engine: Engine,
  { id, startedAt, state }: Container,
  files: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  yield* files;
  const now = containerWithId(engine, id);
  const isRunning = state.status !== 'running' && now?.state.status === 'running';
  if (now?.startedAt === startedAt && !isRunning) return;
  throw new EngineError('CONTAINER_BUSY', `container ${id} was started while its files were read`, {
    hint: 'try again: as it runs now, it is made to stand still meanwhile',
  });
}

/** What a container changed, whole or with an error at its end; it stands still only while that is read. */
function changesOf(
  engine: Engine,
  container: Container,
  spec: RuntimeSpec,
  { pause = true, signal, onEvent }: CommitContainerOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const mountPoints = mountPointsOf(spec);
  const changes = packChanges({ ...changedDirectories(spec), mountPoints, onEvent, signal });
  const whole = whileThere(engine, container, spec, changes);
  return pause ? whileNotStarted(engine, container, whilePaused(engine, container, whole)) : whole;
}

/**
 * Makes an image of a container: its image, what it changed, and how it runs. Returns the image's id. Nothing shows after an
 * error. Throws CONTAINER_NOT_FOUND, also where it is removed meanwhile, CONTAINER_BUSY where it is started, CONTAINER_AMBIGUOUS,
 * CONTAINER_DAMAGED, IMAGE_NOT_FOUND, CgroupError, RootfsError and what image-store's `commit` throws.
 */
export async function commitContainer(
  engine: Engine,
  nameOrId: string,
  options: CommitContainerOptions = {},
): Promise<Digest> {
  const { name, changes = [], author, message, signal } = options;
  const container = findContainer(engine, nameOrId);
  const spec = readSpec(engine, container.id);
  const store = await openImageStore(engine);
  const image = required(await store.find(container.imageId), container);
  const layer = changesOf(engine, container, spec, options);
  try {
    const { id } = await store.commit(image, layer, {
      config: runConfigOf(container, spec, image.config.config),
      changes,
      createdBy: container.command.join(' '),
      ...(name === undefined ? {} : { name }),
      ...(author === undefined ? {} : { author }),
      ...(message === undefined ? {} : { message }),
      ...(signal === undefined ? {} : { signal }),
    });
    return id;
  } finally {
    // Whoever fails to write it may not wait until the container goes on.
    await layer.return();
  }
}
