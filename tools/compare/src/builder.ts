import type { BuilderName } from './answer.ts';
import type { DockerfileCase } from './dockerfile-case.ts';
import type { BuiltImage } from './image-facts.ts';
import type { CaseInputs } from './write-inputs.ts';

/** How a build ended. */
export type Built =
  | {
      readonly image: BuiltImage;
      /** Instructions, as the builder shows them, that came from the cache and that did not. */
      readonly cached: readonly string[];
      readonly ran: readonly string[];
    }
  | { readonly code: number; readonly error: string };

/** A builder beside ours. */
export interface Builder extends AsyncDisposable {
  readonly name: BuilderName;
  readonly version: string;
  /** `fresh`: nothing is taken from its cache. */
  build(one: DockerfileCase, inputs: CaseInputs, fresh: boolean): Promise<Built>;
}
