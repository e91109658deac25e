/** Operations that make a container's namespaces, mounts, devices and masks. */
export const launchOperations = {
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
  /**
   * Copies a mount as `bind` does, to be attached later: before `private-mounts`, while the host's mounts are still connected
   * with ours. `propagation` is MS_SLAVE or MS_SHARED (mount_namespaces(7)), or 0. `mapped`: with the ids
   * of the last `user-namespace`; 2: what is mounted below it too.
   */
  hold: { source: 'str', within: 'str', recursive: 'u32', propagation: 'u32', mapped: 'u32' },
  /** Makes a character device node. */
  device: { path: 'str', mode: 'u32', major: 'u32', minor: 'u32' },
  /** Makes a symbolic link. */
  link: { path: 'str', target: 'str' },
  /** Makes a path read-only. Absent: nothing. */
  'read-only': { path: 'str' },
  /** Makes the root the file system root of this namespace and lets go of the old one. */
  pivot: {},
  /** Writes a sysctl (`net/ipv4/ip_forward`) through a procfs of our own. */
  sysctl: { key: 'str', value: 'str' },
  hostname: { name: 'str' },
  domainname: { name: 'str' },
  /** Brings the loopback interface up. */
  'loopback-up': {},
} as const;
