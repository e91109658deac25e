/** Where a cache comes from, or goes to. */
export type CachePlace =
  /** An OCI image layout in a directory. */
  | { readonly type: 'local'; readonly directory: string }
  /** A name in a registry. */
  | { readonly type: 'registry'; readonly reference: string };
