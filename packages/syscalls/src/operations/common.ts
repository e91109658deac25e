/** Operations of every mode: whose ids count, and the root that later paths are beneath. */
export const rootOperations = {
  /** Unshares a user namespace and writes its maps (lines of `inside outside count`), setgroups denied. */
  'user-namespace': { uidMap: 'str', gidMap: 'str' },
  /** Takes a directory of the host as the root. */
  root: { path: 'str' },
} as const;

/** Operations of the modes that mount the root themselves. */
export const mountOperations = {
  /** unshare(2) with CLONE_NEW* flags. */
  unshare: { flags: 'u32' },
  /** Makes every mount of this namespace private, so that nothing propagates to the host. */
  'private-mounts': {},
  /**
   * Mounts an overlay (lowest layer last) as the root. Empty upper: read-only, and the kernel wants two layers then.
   * Needs Linux 6.7 (`lowerdir+`).
   */
  'root-overlay': { lowers: 'strs', upper: 'str', work: 'str', options: 'strs', attributes: 'u32' },
  /** The same by mount(2) and /proc/self/fd names, for kernels before 6.7. */
  'root-overlay-by-name': {
    lowers: 'strs',
    upper: 'str',
    work: 'str',
    options: 'strs',
    attributes: 'u32',
  },
  /** Takes a copy of the mount at a directory of the host as the root. */
  'root-bind': { path: 'str', recursive: 'u32', attributes: 'u32' },
} as const;

/** Moving and removing, beneath the root. */
export const removeOperations = {
  /** Renames within the root, onto nothing. Absent: nothing. */
  rename: { from: 'str', to: 'str' },
  /** Removes what is at a path, with all that is in it; never through a link, never across a mount. Absent: nothing. */
  remove: { path: 'str' },
} as const;
