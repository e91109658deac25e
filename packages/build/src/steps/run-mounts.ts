import type { Inputs } from '../cache/inputs.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { Place } from '../stage/stage.ts';

/** What RUN --mount adds to a container. */
export interface RunMounts {
  readonly inputs: Inputs;
}

export function prepareMounts(_place: Place, _instruction: RunInstruction): Promise<RunMounts> {
  return Promise.resolve({ inputs: [] });
}
