import type { FileChange } from '@ctrkit/rootfs';

/** A field of the configuration that differs, `Cmd` or `architecture`; undefined where an image has none. */
export interface ConfigChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface ImageDifference {
  readonly files: readonly FileChange[];
  readonly config: readonly ConfigChange[];
}
