import type { ActionsCachePlace } from './actions-cache-contents.ts';

/** Where a cache comes from, or goes to. */
export type CachePlace =
  /** An OCI image layout in a directory. */
  | { readonly type: 'local'; readonly directory: string }
  /** A name in a registry. */
  | { readonly type: 'registry'; readonly reference: string }
  | ActionsCachePlace;

/** Where a cache goes. */
export type CacheTarget =
  | (CachePlace & {
      /** Whether the contents of the cache mounts go with the steps. @default false */
      readonly mounts?: boolean | undefined;
      /** What goes wrong is a warning. @default false */
      readonly ignoreErrors?: boolean | undefined;
    })
  /** Into the image itself: the steps that its own layers are from. */
  | { readonly type: 'inline' };
