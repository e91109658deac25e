import type { Platform } from '@ctrkit/oci';
import type { BuildEvent } from '../build-event.ts';

/** Who is told what cannot be had of another machine's cache, for what it is read, and when nobody waits any more. */
export interface Told {
  readonly emit: (event: BuildEvent) => void;
  /** Of the image that is built. */
  readonly platform: Platform;
  readonly signal: AbortSignal;
}
