import { CgroupError } from './cgroup-error.ts';

/**
 * v1 shares (2 to 262144, default 1024) as v2 weight (1 to 10000, default 100): the curve through least, default
 * and most, which runc and crun use since 2025, so that a default stays a default.
 * https://github.com/opencontainers/cgroups/blob/main/utils.go (ConvertCPUSharesToCgroupV2Value)
 */
export function weightOfShares(shares: number): number {
  const log = Math.log2(Math.min(Math.max(shares, 2), 262_144));
  const exponent = (log * log + 125 * log) / 612 - 7 / 34;
  // 10 ** 2.0000000000000004 is still 100.
  return Math.min(10_000, Math.ceil(10 ** exponent - 1e-9));
}

/** blkio weight (10 to 1000) as io.weight (1 to 10000), in a straight line. */
export function ioWeightOf(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/**
 * v2 counts swap alone where the runtime spec (and v1) count memory and swap together; -1 is no limit.
 * Throws CGROUP_INVALID_VALUE where there is no limit of memory to take away.
 */
export function swapOnly(total: number, limit: number | undefined): number {
  if (total < 0) return -1;
  if (limit === undefined || limit < 0) {
    throw new CgroupError(
      'CGROUP_INVALID_VALUE',
      `linux.resources.memory.swap: ${total} without a memory limit says nothing`,
      { hint: 'swap counts memory and swap together: set the memory limit too' },
    );
  }
  return total - limit;
}
