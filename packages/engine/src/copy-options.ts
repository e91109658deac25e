import type { OnEvent } from '@ctrkit/rootfs';

export interface CopyOptions {
  /** Whether a link that is copied is what it leads to. @default false */
  readonly followLinks?: boolean | undefined;
  /**
   * Into a container: its user owns the copy. Out of it: the copy keeps its owner, by number, where that may be given.
   * @default false: into a container owners are kept, by number; out of it the copy is the caller's
   */
  readonly archive?: boolean | undefined;
  /** How much was copied so far, as bytes of an archive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly onEvent?: OnEvent | undefined;
  readonly signal?: AbortSignal | undefined;
}
