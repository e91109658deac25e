// `linux.resources` of the runtime spec: what the cgroups of a container enforce.
// https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#control-groups

export interface LinuxResources {
  devices?: LinuxDeviceRule[];
  memory?: LinuxMemory;
  cpu?: LinuxCpu;
  pids?: LinuxPids;
  blockIO?: LinuxBlockIo;
  hugepageLimits?: LinuxHugepageLimit[];
  network?: LinuxNetwork;
  rdma?: Record<string, { hcaHandles?: number; hcaObjects?: number }>;
  /** cgroup v2 files by name, written as they are. */
  unified?: Record<string, string>;
}

/** One rule of the device allow-list; of several that match, the last counts. */
export interface LinuxDeviceRule {
  allow: boolean;
  /** a: all, c: character, b: block. */
  type?: 'a' | 'c' | 'b';
  /** Absent: every major number. */
  major?: number;
  /** Absent: every minor number. */
  minor?: number;
  /** Of r, w, m (mknod). */
  access?: string;
}

/** In bytes; -1 is no limit. */
export interface LinuxMemory {
  limit?: number;
  reservation?: number;
  /** Memory and swap together. */
  swap?: number;
  kernel?: number;
  kernelTCP?: number;
  swappiness?: number;
  disableOOMKiller?: boolean;
  useHierarchy?: boolean;
  checkBeforeUpdate?: boolean;
}

/** Times in microseconds. */
export interface LinuxCpu {
  shares?: number;
  quota?: number;
  burst?: number;
  period?: number;
  realtimeRuntime?: number;
  realtimePeriod?: number;
  cpus?: string;
  mems?: string;
  idle?: number;
}

export interface LinuxPids {
  /** 0 or less is no limit. */
  limit: number;
}

export interface LinuxBlockIo {
  weight?: number;
  leafWeight?: number;
  weightDevice?: LinuxWeightDevice[];
  throttleReadBpsDevice?: LinuxThrottleDevice[];
  throttleWriteBpsDevice?: LinuxThrottleDevice[];
  throttleReadIOPSDevice?: LinuxThrottleDevice[];
  throttleWriteIOPSDevice?: LinuxThrottleDevice[];
}

export interface LinuxWeightDevice {
  major: number;
  minor: number;
  weight?: number;
  leafWeight?: number;
}

export interface LinuxThrottleDevice {
  major: number;
  minor: number;
  rate: number;
}

export interface LinuxHugepageLimit {
  /** `2MB` and the like. */
  pageSize: string;
  /** In bytes. */
  limit: number;
}

export interface LinuxNetwork {
  classID?: number;
  priorities?: { name: string; priority: number }[];
}
