import type { ContainerMount } from '@ctrkit/engine';
import type { Inputs } from '../cache/inputs.ts';

/** What a mount adds to one container of a RUN, while it runs. */
export interface AcquiredMount extends AsyncDisposable {
  readonly mounts: readonly ContainerMount[];
  /** `NAME=value`, for the program alone: in no file. */
  readonly secretEnv: readonly string[];
}

/** A mount of a RUN: what of it matters to the step, and how it is had when the step is made. */
export interface PlannedMount {
  readonly inputs: Inputs;
  acquire(): Promise<AcquiredMount>;
}

/** One that takes nothing. */
export const acquired = (
  mounts: readonly ContainerMount[],
  dispose: () => Promise<void> = () => Promise.resolve(),
  secretEnv: readonly string[] = [],
): AcquiredMount => ({ mounts, secretEnv, [Symbol.asyncDispose]: dispose });
