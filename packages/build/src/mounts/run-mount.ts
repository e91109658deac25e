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
  /** What may have to be waited for: whoever takes several takes them in this order, so that none waits for one who waits for it. */
  readonly waitsFor?: string | undefined;
  /** `held`: directories of the caches that the same RUN has already, by what was waited for. */
  acquire(held: Map<string, string>): Promise<AcquiredMount>;
}

/** One that takes nothing. */
export const acquired = (
  mounts: readonly ContainerMount[],
  dispose: () => Promise<void> = () => Promise.resolve(),
  secretEnv: readonly string[] = [],
): AcquiredMount => ({ mounts, secretEnv, [Symbol.asyncDispose]: dispose });
