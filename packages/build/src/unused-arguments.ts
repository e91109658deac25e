import { hostPlatform } from '@ctrkit/oci';
import type { BuildOptions } from './build-options.ts';
import { isProxyArgument, platformArguments } from './dockerfile/arguments.ts';

// What means something to the build itself.
const isOwn = (name: string): boolean =>
  name === 'SOURCE_DATE_EPOCH' || name.startsWith('BUILDKIT_');

/** The build arguments that nothing in the Dockerfile asks for, by their names. */
export function unusedArguments({ dockerfile, buildArgs }: BuildOptions): string[] {
  const { args, stages } = dockerfile;
  const instructions = [...args, ...stages.flatMap((stage) => stage.instructions)];
  const platform = hostPlatform();
  const known = new Set(platformArguments({ build: platform, target: platform }).keys());
  for (const instruction of instructions) {
    if (instruction.keyword === 'ARG') for (const { name } of instruction.args) known.add(name);
  }
  const given = [...(buildArgs?.keys() ?? [])];
  return given.filter((name) => !known.has(name) && !isProxyArgument(name) && !isOwn(name));
}
