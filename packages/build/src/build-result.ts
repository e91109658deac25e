import type { Digest } from '@ctrkit/oci';

/** What a build made. */
export interface BuildResult {
  /** The digest of its configuration: docker's image id. */
  readonly imageId: Digest;
  /** The digest of its manifest; undefined where only its files were wanted. */
  readonly digest: Digest | undefined;
  /** The names that it got in the store, as they were given. */
  readonly names: readonly string[];
}
