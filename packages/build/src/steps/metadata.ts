import { signalNumber } from '@ctrkit/engine';
import { exposedPorts } from '@ctrkit/image-store';
import type { Healthcheck, ImageRunConfig } from '@ctrkit/oci';
import type {
  ArgInstruction,
  CommandInstruction,
  CommandLine,
  HealthcheckInstruction,
  Instruction,
  ListInstruction,
  OnbuildInstruction,
  PairsInstruction,
  ValueInstruction,
} from '../dockerfile/instruction.ts';
import { durationText, plainList, quotedList, setText } from './go-text.ts';

type MetadataValue = ValueInstruction & {
  readonly keyword: 'USER' | 'STOPSIGNAL' | 'MAINTAINER';
};

/** An instruction that changes how the image runs and no file of it. */
export type MetadataInstruction =
  | ArgInstruction
  | CommandInstruction
  | PairsInstruction
  | ListInstruction
  | MetadataValue
  | HealthcheckInstruction
  | OnbuildInstruction;

/** What a stage has set itself, where that matters. */
export interface StageFacts {
  /** Whether CMD stood in this stage: what only the base says goes with a new ENTRYPOINT. */
  readonly cmdIsSet: boolean;
}

/** How an image runs after an instruction, and what its history says of that. */
export interface Changed {
  readonly config: ImageRunConfig;
  readonly text: string;
  readonly author?: string;
}

const defaultShell = ['/bin/sh', '-c'];

/** The arguments of a command line: those of the shell form are the shell's. */
export function argumentsOf(command: CommandLine, { Shell }: ImageRunConfig): string[] {
  if (command.form === 'exec') return [...command.args];
  return [...(Shell ?? defaultShell), command.line];
}

const nameOf = (variable: string): string => variable.slice(0, variable.indexOf('='));

/** Variables with others set, in the place that they had, or at the end. */
export function withVariables(
  env: readonly string[],
  pairs: readonly (readonly [string, string])[],
): string[] {
  const values = new Map(env.map((one) => [nameOf(one), one]));
  for (const [name, value] of pairs) values.set(name, `${name}=${value}`);
  return [...values.values()];
}

function changeCommand(
  config: ImageRunConfig,
  { keyword, command }: CommandInstruction,
  { cmdIsSet }: StageFacts,
): Changed {
  const words = argumentsOf(command, config);
  const text = `${keyword} ${quotedList(words)}`;
  if (keyword === 'CMD') return { text, config: { ...config, Cmd: words } };
  const { Cmd, ...rest } = config;
  const kept = cmdIsSet && Cmd !== undefined ? { Cmd } : {};
  return { text, config: { ...rest, ...kept, Entrypoint: words } };
}

function changePairs(config: ImageRunConfig, { keyword, pairs }: PairsInstruction): Changed {
  const text = [keyword, ...pairs.map(([name, value]) => `${name}=${value}`)].join(' ');
  if (keyword === 'ENV') return { text, config: { ...config, Env: withVariables(config.Env ?? [], pairs) } }; // prettier-ignore
  return {
    text,
    config: { ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs) } },
  };
}

function changeList(config: ImageRunConfig, { keyword, values }: ListInstruction): Changed {
  switch (keyword) {
    case 'EXPOSE': {
      const ports = exposedPorts(values);
      const ExposedPorts = { ...config.ExposedPorts, ...ports };
      return { text: `EXPOSE ${setText(Object.keys(ports))}`, config: { ...config, ExposedPorts } };
    }
    case 'VOLUME': {
      const added = Object.fromEntries(values.map((path) => [path, {}]));
      const Volumes = { ...config.Volumes, ...added };
      return { text: `VOLUME ${plainList(values)}`, config: { ...config, Volumes } };
    }
    case 'SHELL':
      return { text: `SHELL ${plainList(values)}`, config: { ...config, Shell: [...values] } };
  }
}

function changeValue(config: ImageRunConfig, { keyword, value }: MetadataValue): Changed {
  const text = `${keyword} ${value}`;
  switch (keyword) {
    case 'USER':
      return { text, config: { ...config, User: value } };
    case 'STOPSIGNAL':
      signalNumber(value);
      return { text, config: { ...config, StopSignal: value } };
    case 'MAINTAINER':
      return { text, config, author: value };
  }
}

/** The check as a configuration has it; without a command it is none. */
function healthcheckOf(instruction: HealthcheckInstruction): Healthcheck {
  const { command, interval, timeout, startPeriod, startInterval, retries } = instruction;
  if (command === undefined) return { Test: ['NONE'] };
  const test = command.form === 'exec' ? ['CMD', ...command.args] : ['CMD-SHELL', command.line];
  const times = { Interval: interval, Timeout: timeout, StartPeriod: startPeriod, StartInterval: startInterval, Retries: retries }; // prettier-ignore
  const given = Object.entries(times).filter(([, value]) => (value ?? 0) !== 0);
  return { Test: test, ...Object.fromEntries(given) };
}

function changeHealthcheck(config: ImageRunConfig, instruction: HealthcheckInstruction): Changed {
  const check = healthcheckOf(instruction);
  const { Test = [], Interval, Timeout, StartPeriod, StartInterval, Retries = 0 } = check;
  const times = [Interval, Timeout, StartPeriod, StartInterval].map((time) => `"${durationText(time ?? 0)}"`); // prettier-ignore
  const retries = `'\\x${Retries.toString(16).padStart(2, '0')}'`;
  return {
    text: `HEALTHCHECK &{${[quotedList(Test), ...times, retries].join(' ')}}`,
    config: { ...config, Healthcheck: check },
  };
}

function changeOnbuild(config: ImageRunConfig, { trigger }: OnbuildInstruction): Changed {
  const OnBuild = [...(config.OnBuild ?? []), trigger];
  return { text: `ONBUILD ${trigger}`, config: { ...config, OnBuild } };
}

// With its default, not with what it is given: the step is the same.
function declareArgs(config: ImageRunConfig, { args }: ArgInstruction): Changed {
  const words = args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
  return { text: ['ARG', ...words].join(' '), config };
}

/** What an instruction makes of how an image runs. Throws what is wrong with its arguments, without a place. */
export function changeConfig(
  config: ImageRunConfig,
  instruction: MetadataInstruction,
  facts: StageFacts,
): Changed {
  switch (instruction.keyword) {
    case 'CMD':
    case 'ENTRYPOINT':
      return changeCommand(config, instruction, facts);
    case 'ENV':
    case 'LABEL':
      return changePairs(config, instruction);
    case 'EXPOSE':
    case 'VOLUME':
    case 'SHELL':
      return changeList(config, instruction);
    case 'HEALTHCHECK':
      return changeHealthcheck(config, instruction);
    case 'ONBUILD':
      return changeOnbuild(config, instruction);
    case 'ARG':
      return declareArgs(config, instruction);
    default:
      return changeValue(config, instruction);
  }
}

export const isMetadata = (instruction: Instruction): instruction is MetadataInstruction =>
  !['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(instruction.keyword);
