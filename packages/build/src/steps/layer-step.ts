import type { CachedLayer } from '@ctrkit/image-store';
import type { Digest } from '@ctrkit/oci';
import type { Inputs } from '../cache/inputs.ts';

/** What a step depends on, and the key that is made of it. */
export interface Identified {
  readonly key: Digest;
  readonly inputs: () => Inputs;
}

/** An instruction that makes a layer, before it does. */
export interface LayerStep {
  /** What the history of the image says of it. */
  readonly text: string;
  /** A key that is known before a file is read: what was made under it then is what `identify` leads to now. */
  readonly quickKey?: Digest | undefined;
  identify(): Promise<Identified>;
  /** Makes its layer; undefined where it changes nothing. */
  make(): Promise<CachedLayer | undefined>;
}
