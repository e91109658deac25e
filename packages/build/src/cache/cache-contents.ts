import type { CachedLayer, CachedStep } from '@ctrkit/image-store';

/** What a cache mount held, as a layer. */
export interface CachedMount {
  readonly id: string;
  readonly layer: CachedLayer;
}

/** What goes from one machine's cache to another's. */
export interface CacheContents {
  readonly steps: readonly CachedStep[];
  readonly mounts: readonly CachedMount[];
}
