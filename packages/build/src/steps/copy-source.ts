import type { Digest } from '@ctrkit/oci';
import type { SourceTree } from '../context/source.ts';
import type { State } from '../state.ts';

/** What COPY, ADD and bind mounts read from. */
export interface CopySource {
  /** Of what is in it, where that is known without reading it. */
  readonly key: Digest | undefined;
  /** The image that it is, where it is one. */
  readonly state: State | undefined;
  tree(): Promise<SourceTree>;
}
