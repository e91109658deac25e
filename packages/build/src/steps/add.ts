import { BuildError } from '../build-error.ts';
import type { AddInstruction } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/place.ts';
import { planCopy } from './copy.ts';
import type { LayerStep } from './layer-step.ts';

const isRemote = (source: string): boolean =>
  /^(?:https?|git|ssh):\/\/|^git@|\.git(?:#|$)/.test(source);

/** ADD: as COPY, and archives are unpacked. */
export async function planAdd(place: Place, instruction: AddInstruction): Promise<LayerStep> {
  const remote = instruction.sources.find(isRemote);
  if (remote !== undefined) throw new BuildError('ARGUMENT_INVALID', `ADD ${remote}: remote`);
  return await planCopy(place, {
    ...instruction,
    from: undefined,
    parents: false,
    unpack: instruction.unpack ?? true,
  });
}
