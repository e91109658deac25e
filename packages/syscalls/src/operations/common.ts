/** Operations of every mode: whose ids count, and the root that later paths are beneath. */
export const rootOperations = {
  /**
   * Makes a user namespace with these maps (lines of `inside outside count`). Where there is a mapper, a program and its arguments, that
   * writes the map; its second word is put in: the pid. `setGroups` 0: nobody in it may choose groups (setgroups(2)).
   */
  'user-namespace': { uidMap: 'str', gidMap: 'str', uidMapper: 'strs', gidMapper: 'strs', setGroups: 'u32' }, // prettier-ignore
  /** Enters it, as nobody of those who have an id in it. */
  'enter-user-namespace': {},
  /** Takes a directory of the host as the root. */
  root: { path: 'str' },
} as const;

/** Who the helper, or the process that it becomes, is. */
export const identityOperations = {
  /** Real, effective and saved ids; capabilities are kept until they are set. */
  identity: { uid: 'u32', gid: 'u32' },
} as const;

/** Operations of the modes that mount the root themselves. */
export const mountOperations = {
  /** unshare(2) with CLONE_NEW* flags. */
  unshare: { flags: 'u32' },
  /** Makes every mount of this namespace private, so that nothing propagates to the host. */
  'private-mounts': {},
  /** Has owners of files at a path, as far as they are on the same mount, be shown as the ids of the last `user-namespace`. */
  'map-ids': { path: 'str' },
  /**
   * Makes an overlay (lowest layer last), for `attach-root`. Empty upper: read-only, and the kernel wants two layers then.
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
  /** Makes a copy of the mount at a directory of the host, for `attach-root`. */
  'root-bind': { path: 'str', recursive: 'u32', attributes: 'u32' },
  /** Takes as the root what one of these made, in this namespace or the one that it was made from. */
  'attach-root': {},
} as const;

/** What makes the root the one that a container sees. */
export const insideOperations = {
  /**
   * Mounts a copy of the host's mount at `source` onto a path in the root, made if absent. `within`: of what is at that
   * path of the source, where links lead nowhere outside of it; empty: of the source. An empty `source` is the next of what
   * `hold` has.
   */
  bind: {
    source: 'str',
    within: 'str',
    target: 'str',
    attributes: 'u32',
    recursive: 'u32',
    follow: 'u32',
  },
  /** Gives what is at a source (as of `bind`) to an owner, with all that is in it on the same mount; no link is followed. */
  own: { source: 'str', within: 'str', uid: 'u32', gid: 'u32' },
  /** Makes a directory and its parents where absent; what exists stays as it is. */
  directory: { path: 'str', mode: 'u32' },
  /** Hides a path: a file behind the host's /dev/null, a directory behind an empty read-only tmpfs. Absent: nothing. */
  mask: { path: 'str' },
  /** Sets the attributes of the mount at a path in the root. */
  remount: { path: 'str', attributes: 'u32' },
} as const;

/** Moving and removing, beneath the root. */
export const removeOperations = {
  /** Renames within the root, onto nothing. Absent: nothing. */
  rename: { from: 'str', to: 'str' },
  /** Removes what is at a path, with all that is in it; never through a link, never across a mount. Absent: nothing. */
  remove: { path: 'str' },
} as const;
