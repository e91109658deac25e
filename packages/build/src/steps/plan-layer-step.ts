import type { AddInstruction, CopyInstruction, Instruction, RunInstruction, ValueInstruction } from '../dockerfile/instruction.ts'; // prettier-ignore
import type { MetadataInstruction } from './metadata.ts';
import type { Place } from '../stage/place.ts';
import { planAdd } from './add.ts';
import { planCopy } from './copy.ts';
import type { LayerStep } from './layer-step.ts';
import { planRun } from './run.ts';
import { planWorkdir, workingDirectory } from './workdir.ts';

/** An instruction that may make a layer. */
export type LayerInstruction = RunInstruction | CopyInstruction | AddInstruction | (ValueInstruction & { readonly keyword: 'WORKDIR' }); // prettier-ignore

/** What an instruction is going to do. Throws what is wrong with it. */
export async function planLayerStep(
  place: Place,
  instruction: Exclude<Instruction, MetadataInstruction> | ValueInstruction,
): Promise<LayerStep> {
  switch (instruction.keyword) {
    case 'RUN':
      return await planRun(place, instruction);
    case 'COPY':
      return planCopy(
        place,
        { ...instruction, unpack: false },
        await place.source(instruction.from),
      );
    case 'ADD':
      return await planAdd(place, instruction);
    default:
      return planWorkdir(place, workingDirectory(place.state.config.WorkingDir, instruction.value));
  }
}
