import { formatPlatform } from '@ctrkit/oci';
import { setting } from '../cache/inputs.ts';
import type { Input, Inputs } from '../cache/inputs.ts';
import { keyOf } from '../cache/key.ts';
import type { Value } from '../cache/key.ts';
import { proxyEnvironment } from '../dockerfile/arguments.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { runScript } from '../dockerfile/run-script.ts';
import { planMounts } from '../mounts/plan-mounts.ts';
import { scriptPath } from '../mounts/script-mount.ts';
import { environmentOf } from '../stage/scope.ts';
import type { Place } from '../stage/place.ts';
import type { LayerStep } from './layer-step.ts';
import { argumentsOf } from './metadata.ts';
import { runContainerStep } from './run-container.ts';

/** The build arguments that a RUN sees: every ARG above it, but those that ENV overrides. */
function argumentsIn({ scope, state }: Place): [name: string, value: string][] {
  const env = environmentOf(state.config.Env);
  return [...scope.values].filter(([name]) => !env.has(name));
}

/** The proxies of the build, which are in no key and no history unless ARG declares them. */
function proxiesOf({ world, scope, state }: Place): [name: string, value: string][] {
  const env = environmentOf(state.config.Env);
  const given = proxyEnvironment(world.options.buildArgs ?? new Map());
  return [...given].filter(([name]) => !scope.has(name) && !env.has(name));
}

function networkOf({ world }: Place, { network }: RunInstruction): 'host' | 'none' {
  return network === 'default' ? (world.options.network ?? 'host') : network;
}

function inputsOf(place: Place, instruction: RunInstruction): Inputs {
  const { config, platform } = place.state;
  const { User, WorkingDir, Shell } = config;
  return [
    ...argumentsIn(place).map(([name, value]): Input => ({ type: 'argument', name, value })),
    ...[...environmentOf(config.Env)].map(([name, value]): Input => ({ type: 'variable', name, value })), // prettier-ignore
    ...setting('USER', User),
    ...setting('WORKDIR', WorkingDir),
    ...setting('SHELL', Shell && JSON.stringify(Shell)),
    ...setting('network', networkOf(place, instruction)),
    ...setting('platform', formatPlatform(platform)),
    ...setting('SOURCE_DATE_EPOCH', place.world.epoch?.toString()),
  ];
}

// As BuildKit writes it: the arguments that it ran with come first.
function historyText(place: Place, args: readonly string[]): string {
  const given = argumentsIn(place).map(([name, value]) => `${name}=${value}`);
  const count = given.length === 0 ? [] : [`|${given.length}`];
  return `RUN ${[...count, ...given, ...args].join(' ')} # buildkit`;
}

const pair = ([name, value]: readonly [string, string]): string => `${name}=${value}`;

/** RUN: a container whose changes are a layer. Throws STAGE_NOT_FOUND, SOURCE_NOT_FOUND, SECRET_NOT_FOUND, ARGUMENT_INVALID. */
export async function planRun(place: Place, instruction: RunInstruction): Promise<LayerStep> {
  const { config, filesKey } = place.state;
  const script = runScript(instruction);
  const args = script.form === 'file' ? [scriptPath(script.name)] : argumentsOf(script, config);
  const mounts = await planMounts(place, instruction);
  const documents = instruction.heredocs.flatMap(({ name, content }) =>
    setting(`<<${name}`, content),
  );
  const inputs = [...inputsOf(place, instruction), ...documents, ...mounts.inputs];
  const key = keyOf({
    type: 'run',
    parent: filesKey,
    args,
    script: script.form === 'file' ? script.content : undefined,
    inputs: inputs.map(({ type, name, value }): Value => [type, name, value]),
  });
  return {
    text: historyText(place, args),
    identify: () => Promise.resolve({ key, inputs: () => inputs }),
    make: () =>
      runContainerStep(place, {
        args,
        env: [...argumentsIn(place), ...proxiesOf(place)].map(pair),
        network: networkOf(place, instruction),
        mounts,
        script: script.form === 'file' ? script : undefined,
      }),
  };
}
