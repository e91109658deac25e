/** CLONE_NEW* flags by the runtime specification's names of namespaces (linux/sched.h). */
export const cloneFlags = {
  cgroup: 0x02000000,
  ipc: 0x08000000,
  mount: 0x00020000,
  network: 0x40000000,
  pid: 0x20000000,
  user: 0x10000000,
  uts: 0x04000000,
} as const;

/** MOUNT_ATTR_* by their names as mount options (linux/mount.h). */
export const mountAttributes = {
  ro: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  noatime: 0x10,
  strictatime: 0x20,
  nodiratime: 0x80,
  nosymfollow: 0x200000,
} as const;

/** How later mounts travel, by their names as mount options (linux/mount.h); what is not here is private. */
export const propagations = {
  slave: 0x80000,
  rslave: 0x80000,
  shared: 0x100000,
  rshared: 0x100000,
} as const;

/** RLIMIT_* by the runtime specification's names (asm-generic/resource.h). */
export const resourceLimits = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
} as const;
