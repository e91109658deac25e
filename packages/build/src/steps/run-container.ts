import { adoptContainer, removeContainer, runContainer } from '@ctrkit/engine';
import type { RunningContainer } from '@ctrkit/engine';
import type { CachedLayer } from '@ctrkit/image-store';
import type { Readable } from 'node:stream';
import { BuildError } from '../build-error.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { announceContainer } from '../run-containers.ts';
import { runnableState } from '../stage/runnable-state.ts';
import type { Place } from '../stage/stage.ts';
import { entryTime } from '../world.ts';
import type { RunArguments } from './run-arguments.ts';
import { asFailure } from './run-failure.ts';
import type { RunMounts } from './run-mounts.ts';

/** How a RUN runs. */
export interface RunChoices extends RunArguments {
  /** `NAME=value`, beside the image's. */
  readonly env: readonly string[];
  readonly mounts: RunMounts;
  readonly network: 'host' | 'none';
  readonly instruction: RunInstruction;
}

// The same on every machine and in every build: programs write it into what they make.
const HOSTNAME = 'buildkitsandbox';

// Of the engine's own variables the one that docker's builder has not.
function withoutHostname({ state }: Place): string[] {
  const isOwn = (state.config.Env ?? []).some((one) => one.startsWith('HOSTNAME='));
  return isOwn ? [] : ['HOSTNAME'];
}

async function pass({ world, step }: Place, stream: 'stdout' | 'stderr', from: Readable | null): Promise<void> { // prettier-ignore
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

/** Runs a command in a container of the stage's state; what it changed is its layer, and the container is gone. Throws STEP_FAILED. */
export async function runContainerStep(
  place: Place,
  choices: RunChoices,
): Promise<CachedLayer | undefined> {
  const { world, step, signal, state } = place;
  const { engine } = world;
  using image = await runnableState(place);
  await using announced = announceContainer(engine);
  const { User, WorkingDir } = state.config;
  const { args: command, env, network } = choices;
  const container = await runContainer(engine, image, {
    name: announced.name,
    entrypoint: '',
    ...{ command, network, signal },
    env: [...withoutHostname(place), ...env],
    hostname: HOSTNAME,
    output: 'pipe',
    ...(User !== undefined && { user: User }),
    ...(WorkingDir !== undefined && { workdir: WorkingDir }),
  }).catch((error: unknown) => {
    throw asFailure(error, choices);
  });
  const containerId = container.id;
  world.emit({ type: 'run-started', step, containerId });
  const code = await untilItsEnd(place, container);
  if (code !== 0) throw failed(choices, code);
  const layer = await adoptContainer(engine, containerId, {
    modified: entryTime(world),
    signal,
  });
  if (layer !== undefined) world.keep(layer.claim);
  await removeContainer(engine, containerId);
  world.emit({ type: 'run-removed', step, containerId });
  return layer && { descriptor: layer.descriptor, diffId: layer.diffId };
}

function failed({ args }: RunChoices, exitCode: number): BuildError {
  const message = `The command '${args.join(' ')}' returned a non-zero code: ${exitCode}`;
  return new BuildError('STEP_FAILED', message, { exitCode });
}
