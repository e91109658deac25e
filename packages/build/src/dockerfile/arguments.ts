import { formatPlatform } from '@ctrkit/oci';
import type { Platform, Variables } from '@ctrkit/oci';
import { expandInstruction } from './expand-instruction.ts';
import type { ExpandOptions } from './expand-instruction.ts';
import type { ArgInstruction, Dockerfile } from './instruction.ts';

/** What the user gives, `--build-arg NAME=value`. */
export type BuildArguments = ReadonlyMap<string, string>;

export interface Platforms {
  /** Of this machine. */
  readonly build: Platform;
  /** Of the image. */
  readonly target: Platform;
}

/**
 * The arguments that are there without an ARG before the first FROM: TARGETPLATFORM, BUILDARCH and so on; a stage sees them, as all
 * of that scope, when it says `ARG TARGETARCH`.
 * https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
 */
export function platformArguments({ build, target }: Platforms, stage = 'default'): Variables {
  return new Map([
    ...partsOf('BUILD', build),
    ...partsOf('TARGET', target),
    ['TARGETSTAGE', stage],
  ]);
}

function partsOf(prefix: string, platform: Platform): [string, string][] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform['os.version'] ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}

/**
 * The arguments before the first FROM, which FROM sees: the predefined ones, and each ARG by what the user gives or by its default,
 * in which those before it are put in. Throws BuildError DOCKERFILE_INVALID.
 */
export function globalArguments(
  dockerfile: Dockerfile,
  predefined: Variables,
  given: BuildArguments,
  onVariable?: ExpandOptions['onVariable'],
): Variables {
  const options = onVariable === undefined ? { dockerfile } : { dockerfile, onVariable };
  const values = new Map(
    [...predefined].map(([name, value]) => [name, given.get(name) ?? value] as const),
  );
  for (const instruction of dockerfile.args) {
    for (const { name, value } of instruction.args) {
      const known = given.get(name) ?? defaultOf(instruction, { name, value }, values, options);
      if (known !== undefined) values.set(name, known);
    }
  }
  return values;
}

/** The default of one argument of an ARG, expanded; undefined: none. Throws BuildError DOCKERFILE_INVALID. */
export function defaultOf(
  instruction: ArgInstruction,
  argument: ArgInstruction['args'][number],
  variables: Variables,
  options: ExpandOptions,
): string | undefined {
  const { args } = expandInstruction({ ...instruction, args: [argument] }, variables, options);
  return args[0]?.value;
}

/**
 * The names of what is given and no ARG of the Dockerfile takes, sorted; what is predefined is never among them.
 * @param stages those that are built @default all
 */
export function unusedArguments(
  { args, stages: all }: Pick<Dockerfile, 'args' | 'stages'>,
  predefined: Variables,
  given: BuildArguments,
  stages: Dockerfile['stages'] = all,
): string[] {
  const instructions = [...args, ...stages.flatMap((stage) => stage.instructions)];
  const declared = instructions.flatMap((one) => (one.keyword === 'ARG' ? one.args : []));
  const names = new Set([...declared.map(({ name }) => name), ...predefined.keys()]);
  return [...given.keys()].filter((name) => !names.has(name) && !isProxyArgument(name)).toSorted();
}

const proxies: ReadonlySet<string> = new Set(
  ['HTTP', 'HTTPS', 'FTP', 'NO', 'ALL'].flatMap((one) => [
    `${one}_PROXY`,
    `${one.toLowerCase()}_proxy`,
  ]),
);

/** Whether an argument is one that needs no ARG: a proxy's, in either case. */
export function isProxyArgument(name: string): boolean {
  return proxies.has(name);
}

/**
 * The environment of RUN for the proxies that are given, in both cases; it is no part of the image, its history or a step's key.
 * https://docs.docker.com/reference/dockerfile/#predefined-args
 */
export function proxyEnvironment(given: BuildArguments): Variables {
  const found = [...given].filter(([name]) => isProxyArgument(name));
  return new Map(
    found.flatMap(([name, value]): [string, string][] => [
      [name.toUpperCase(), value],
      [name.toLowerCase(), value],
    ]),
  );
}
