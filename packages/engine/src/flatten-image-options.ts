import type { OnEvent } from '@ctrkit/rootfs';

export interface FlattenImageOptions {
  /** @default none */
  readonly name?: string | undefined;
  /** Which image of several. @default this machine's */
  readonly platform?: string | undefined;
  readonly author?: string | undefined;
  /** Stands in its history. @default how many layers there were */
  readonly message?: string | undefined;
  /** Instructions of a Dockerfile that say how it runs; see `applyChanges` of image-store. */
  readonly changes?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
}
