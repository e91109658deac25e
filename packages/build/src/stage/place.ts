import type { Step } from '../build-event.ts';
import type { State } from '../state.ts';
import type { CopySource } from '../steps/copy-source.ts';
import type { World } from '../world.ts';
import type { Scope } from './scope.ts';

/** Where a step stands: what it reads of its stage, and of others. */
export interface Place {
  readonly world: World;
  readonly state: State;
  readonly scope: Scope;
  readonly step: Step;
  /** Fails when the build is given up. */
  readonly signal: AbortSignal;
  /** What `from=` names: an earlier stage, a named context, an image; the context where it names nothing. Throws STAGE_NOT_FOUND. */
  readonly source: (from: string | undefined) => Promise<CopySource>;
}
