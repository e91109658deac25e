/** Operations that make a container: its process, mounts, devices, masks, limits and credentials. */
export const launchOperations = {
  /** The signal that this process gets when its parent dies. */
  'parent-death': { signal: 'u32' },
  /**
   * Continues in a child in new namespaces (CLONE_NEW* flags); the child reads the rest of the plan.
   * The parent waits for it, passes signals on and, with `relay`, copies the child's output to its own.
   */
  spawn: { namespaces: 'u32', relay: 'u32' },
  /** Writes 0 to a cgroup.procs file: this process joins that cgroup. */
  'join-cgroup': { path: 'str' },
  /** Has a program decide which devices the processes of a cgroup v2 directory may use (BPF_CGROUP_DEVICE). */
  'device-program': { program: 'bytes', directory: 'str' },
  /** Mounts a new file system at a path in the root, made if absent. `follow`: symbolic links in the target. */
  mount: {
    type: 'str',
    source: 'str',
    target: 'str',
    options: 'strs',
    attributes: 'u32',
    follow: 'u32',
  },
  /** Mounts a copy of the host's mount at `source` onto a path in the root, made if absent. */
  bind: { source: 'str', target: 'str', attributes: 'u32', recursive: 'u32', follow: 'u32' },
  /** Makes a directory and its parents where absent; what exists stays as it is. */
  directory: { path: 'str', mode: 'u32' },
  /** Makes a character device node. */
  device: { path: 'str', mode: 'u32', major: 'u32', minor: 'u32' },
  /** Puts the container's own /dev/null in place of standard streams that are the host's. */
  'own-null': {},
  /** Makes a symbolic link. */
  link: { path: 'str', target: 'str' },
  /** Sets the attributes of the mount at a path in the root. */
  remount: { path: 'str', attributes: 'u32' },
  /** Hides a path: a file behind the host's /dev/null, a directory behind an empty read-only tmpfs. Absent: nothing. */
  mask: { path: 'str' },
  /** Makes a path read-only. Absent: nothing. */
  'read-only': { path: 'str' },
  /** Reports the bytes of a regular file of the root, at most `limit`; absent or no regular file: reports its errno. */
  read: { path: 'str', limit: 'u32' },
  /** Makes the root the file system root of this namespace and lets go of the old one. */
  pivot: {},
  /** Writes a sysctl (`net/ipv4/ip_forward`) through a procfs of our own. */
  sysctl: { key: 'str', value: 'str' },
  hostname: { name: 'str' },
  domainname: { name: 'str' },
  /** Brings the loopback interface up. */
  'loopback-up': {},
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
  /** Real, effective and saved ids; capabilities are kept until they are set. */
  identity: { uid: 'u32', gid: 'u32' },
  capabilities: { effective: 'u64', permitted: 'u64', inheritable: 'u64', ambient: 'u64' },
  'no-new-privileges': {},
  /** chdir, then checks that the working directory is inside the root (CVE-2024-21626). */
  'working-directory': { path: 'str' },
  /** execve of the first candidate that there is. */
  execute: { candidates: 'strs', argv: 'strs', env: 'strs' },
} as const;
