/** Operations that make a process of a container, its first or another: where it belongs, what it may, its start. */
export const processOperations = {
  /** The signal that this process gets when its parent dies. */
  'parent-death': { signal: 'u32' },
  /**
   * Continues in a child in new namespaces (CLONE_NEW* flags); the child reads the rest of the plan. It is the child of
   * the supervisor that carries this plan out, which hears of it by the gate.
   */
  spawn: { namespaces: 'u32' },
  /** Writes 0 to a cgroup.procs file: this process joins that cgroup. */
  'join-cgroup': { path: 'str' },
  /**
   * A new terminal from the container's own devpts as controlling terminal and standard streams; its master goes to the
   * supervisor. `console`: it is mounted at /dev/console too.
   */
  terminal: { console: 'u32' },
  /** Gives pipes and terminals that are our standard streams to a user, who may then open them by name. `gid` 0xffffffff: it stays. */
  'own-streams': { uid: 'u32', gid: 'u32' },
  /** Puts the container's own /dev/null in place of standard streams that are the host's. */
  'own-null': {},
  /** Reports the bytes of a regular file of the root, at most `limit`; absent or no regular file: reports its errno. */
  read: { path: 'str', limit: 'u32' },
  /** setrlimit; what may not be raised is clamped to the hard limit that there is, and reported. */
  'resource-limit': { resource: 'u32', soft: 'u64', hard: 'u64' },
  /** Writes oom_score_adj; clamped to the present value, and reported, where lowering is refused. */
  'oom-score': { adjustment: 'str' },
  /** A session of its own, without a controlling terminal, and with an empty session keyring. */
  session: {},
  umask: { mask: 'u32' },
  /** Drops from the bounding set what is not in `set` (bit n: capability n). */
  'bounding-set': { set: 'u64' },
  /** Supplementary groups. */
  groups: { gids: 'u32s' },
  capabilities: { effective: 'u64', permitted: 'u64', inheritable: 'u64', ambient: 'u64' },
  'no-new-privileges': {},
  /**
   * Has a program, an array of `struct sock_filter`, decide on every system call from here on (seccomp(2)). Needs
   * CAP_SYS_ADMIN or `no-new-privileges`.
   */
  seccomp: { program: 'bytes', flags: 'u32' },
  /** chdir, then checks that the working directory is inside the root (CVE-2024-21626). */
  'working-directory': { path: 'str' },
  /** execve of the first candidate that there is. */
  execute: { candidates: 'strs', argv: 'strs', env: 'strs' },
} as const;
