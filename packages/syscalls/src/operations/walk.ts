/** Operations that stream entries beneath the root. */
export const walkOperations = {
  /**
   * Streams what is at a path of the root, and below it to `depth`, as records on stdout (src/walk-record.ts).
   * Names are sorted by their bytes. Another mount is listed, and entered only with `mounts`. Contents of files larger
   * than `contents` are left out; 0 leaves out all, and without `xattrs` too no file is opened. `follow`: symbolic links in
   * the path itself, inside the root: 1 all, 2 all but the last. `optional`: an absent path is no failure.
   */
  walk: {
    path: 'str',
    depth: 'u32',
    contents: 'u64',
    xattrs: 'u32',
    follow: 'u32',
    optional: 'u32',
    mounts: 'u32',
  },
} as const;
