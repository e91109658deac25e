import { BuildError } from '../build-error.ts';
import type { FromInstruction, Instruction } from '../dockerfile/instruction.ts';
import { parseInstruction } from '../dockerfile/parse-instruction.ts';

/**
 * What a base image has to be done with it (OnBuild), as if it stood where the Dockerfile names that base: what is wrong with it is told
 * there, for its own lines are in no file at hand. Throws BuildError DOCKERFILE_INVALID, without a place.
 */
export function parseTrigger(
  trigger: string,
  { range }: Pick<FromInstruction, 'range'>,
): Instruction {
  try {
    return { ...parseInstruction(trigger), range };
  } catch (cause) {
    if (!(cause instanceof BuildError)) throw cause;
    const { code, message, hint } = cause;
    throw new BuildError(code, `trigger of the base image: ${message}`, { cause, ...(hint !== undefined && { hint }) }); // prettier-ignore
  }
}
