import type { Digest } from '@ctrkit/oci';
import type { Inputs } from './inputs.ts';

/** A step of the last build of a Dockerfile, as far as it tells why it is not in the cache the next time. */
export interface RecordedStep {
  /** The instruction as it is written. */
  readonly text: string;
  /** The key of what is below it, where it depends on that. */
  readonly parent: Digest | undefined;
  readonly key: Digest;
  /** Undefined where it was found in the cache before they were known. */
  readonly inputs: Inputs | undefined;
}

/** By stage and number in it. */
export type RecordedSteps = ReadonlyMap<string, RecordedStep>;
