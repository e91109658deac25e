import type { Readable } from 'node:stream';
import { adoptContainer, removeContainer, runContainer } from '@ctrkit/engine';
import type { RunnableImage, RunningContainer } from '@ctrkit/engine';
import type { CachedLayer } from '@ctrkit/image-store';
import { BuildError } from '../build-error.ts';
import type { PlannedMounts } from '../mounts/plan-mounts.ts';
import { scriptMount } from '../mounts/script-mount.ts';
import { acquired } from '../mounts/run-mount.ts';
import { announceContainer } from '../run-containers.ts';
import { runnableState } from '../stage/runnable-state.ts';
import type { Place } from '../stage/place.ts';
import { entryTime } from '../world.ts';
import { asFailure } from './run-failure.ts';

/** How a RUN runs. */
export interface RunChoices {
  readonly args: readonly string[];
  /** `NAME=value`, beside the image's. */
  readonly env: readonly string[];
  readonly network: 'host' | 'none';
  readonly mounts: PlannedMounts;
  /** A program that is there while it runs. */
  readonly script: { readonly name: string; readonly content: string } | undefined;
}

// The same on every machine and in every build: programs write it into what they make.
const HOSTNAME = 'buildkitsandbox';

// Of the engine's own variables the one that docker's builder has not.
function withoutHostname({ state }: Place): string[] {
  const isOwn = (state.config.Env ?? []).some((one) => one.startsWith('HOSTNAME='));
  return isOwn ? [] : ['HOSTNAME'];
}

async function pass(
  { world, step }: Place,
  stream: 'stdout' | 'stderr',
  from: Readable | null,
): Promise<void> {
  // prettier-ignore
  for await (const chunk of from ?? []) {
    world.emit({ type: 'output', step, stream, bytes: chunk as Buffer });
  }
}

async function untilItsEnd(place: Place, container: RunningContainer): Promise<number> {
  const kill = (): void => void container.kill('SIGKILL');
  place.signal.addEventListener('abort', kill, { once: true });
  if (place.signal.aborted) kill();
  try {
    const [exit] = await Promise.all([
      container.wait(),
      pass(place, 'stdout', container.stdout),
      pass(place, 'stderr', container.stderr),
    ]);
    place.signal.throwIfAborted();
    return exit === 'detached' ? 0 : exit.code;
  } finally {
    place.signal.removeEventListener('abort', kill);
  }
}

// What is not for its steps: volumes, which would take what RUN writes into them, and the check of a service.
function plainImage(image: RunnableImage): RunnableImage {
  const { Env } = image.config.config;
  return { ...image, config: { ...image.config, config: Env === undefined ? {} : { Env } } };
}

/** Runs a command in a container of the stage's state; what it changed is its layer, and the container is gone. Throws STEP_FAILED. */
export async function runContainerStep(
  place: Place,
  choices: RunChoices,
): Promise<CachedLayer | undefined> {
  const { world, signal, state } = place;
  using image = await runnableState(place);
  await using mounted = await choices.mounts.acquire();
  await using script = choices.script === undefined ? acquired([]) : await scriptMount(world, choices.script); // prettier-ignore
  await using announced = announceContainer(world.engine);
  const { User, WorkingDir } = state.config;
  const { args: command, env, network } = choices;
  const container = await runContainer(world.engine, plainImage(image), {
    name: announced.name,
    volatile: true,
    entrypoint: '',
    command,
    network,
    signal,
    env: [...withoutHostname(place), ...env],
    hostname: HOSTNAME,
    output: 'pipe',
    mounts: [...mounted.mounts, ...script.mounts],
    secretEnv: mounted.secretEnv,
    ...(User !== undefined && { user: User }),
    ...(WorkingDir !== undefined && { workdir: WorkingDir }),
  }).catch((error: unknown) => {
    throw asFailure(error, choices);
  });
  return await adoptChanges(place, container, choices);
}

async function adoptChanges(
  place: Place,
  container: RunningContainer,
  choices: RunChoices,
): Promise<CachedLayer | undefined> {
  const { world, step, signal } = place;
  const containerId = container.id;
  world.emit({ type: 'run-started', step, containerId });
  const code = await untilItsEnd(place, container);
  if (code !== 0) {
    await world.options.onFailure?.({ step, containerId, exitCode: code });
    throw failed(choices, code);
  }
  const layer = await adoptContainer(world.engine, containerId, {
    modified: entryTime(world),
    onUnsynced: (path) => world.unsynced.add(path),
    signal,
  });
  if (layer !== undefined) world.keep(layer.claim);
  await removeContainer(world.engine, containerId);
  world.emit({ type: 'run-removed', step, containerId });
  return layer && { descriptor: layer.descriptor, diffId: layer.diffId };
}

function failed({ args }: RunChoices, exitCode: number): BuildError {
  const message = `The command '${args.join(' ')}' returned a non-zero code: ${exitCode}`;
  return new BuildError('STEP_FAILED', message, { exitCode });
}
