// What a cgroup has used, the same words for v1 and v2. A field is absent where the kernel does not say,
// and a limit where there is none. Times in microseconds, sizes in bytes.

export interface CpuStats {
  readonly usageUsec?: number;
  readonly userUsec?: number;
  readonly systemUsec?: number;
  /** Periods of the quota, those in which it was used up, and how long processes waited for the next one. */
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttledUsec?: number;
}

export interface MemoryStats {
  readonly usageBytes?: number;
  readonly peakBytes?: number;
  readonly limitBytes?: number;
  readonly swapBytes?: number;
  readonly anonBytes?: number;
  readonly fileBytes?: number;
  /** Page cache that nobody used lately: usage without it is what docker shows. */
  readonly inactiveFileBytes?: number;
}

export interface PidsStats {
  readonly current?: number;
  readonly limit?: number;
}

export interface IoStats {
  /** `major:minor` */
  readonly device: string;
  readonly readBytes?: number;
  readonly writeBytes?: number;
  readonly reads?: number;
  readonly writes?: number;
}

export interface HugetlbStats {
  /** `2MB` and the like. */
  readonly pageSize: string;
  readonly usageBytes?: number;
  readonly limitBytes?: number;
}

/** Shares of time in per cent, over the last 10, 60 and 300 seconds. https://docs.kernel.org/accounting/psi.html */
export interface Pressure {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly totalUsec: number;
}

export interface PressureStats {
  readonly some?: Pressure;
  readonly full?: Pressure;
}

export interface Stats {
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  readonly pids?: PidsStats;
  readonly io?: readonly IoStats[];
  readonly hugetlb?: readonly HugetlbStats[];
  /** v2 only. */
  readonly pressure?: {
    readonly cpu?: PressureStats;
    readonly memory?: PressureStats;
    readonly io?: PressureStats;
  };
}

/** What has happened since the cgroup was made; a field is absent where its controller does not watch the cgroup. */
export interface Events {
  /** Processes that the kernel killed because the memory limit was reached. */
  readonly oomKills?: number;
  /** Forks that the limit of processes refused. */
  readonly forksRefused?: number;
}
