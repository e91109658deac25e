import type { Digest } from '@ctrkit/oci';

/** What a build made. */
export interface BuildResult {
  /** The digest of its configuration: docker's image id. */
  readonly imageId: Digest;
  /** The digest of its manifest. */
  readonly digest: Digest;
  /** The names that it got, as they were given. */
  readonly names: readonly string[];
}
