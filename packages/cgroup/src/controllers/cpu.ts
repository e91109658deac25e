import type { LinuxCpu } from '@ctrkit/oci';
import { weightOfShares } from '../convert.ts';
import { compact, parseCount, parseFlat } from '../numbers.ts';
import type { CpuStats } from '../stats.ts';
import type { Controller, Setting, View } from './controller.ts';

const DEFAULT_PERIOD = 100_000;

const noBurst = 'cpu.burst: this kernel has none (Linux 5.14 or newer)';
const noIdle = 'cpu.idle: this kernel has none (Linux 5.15 or newer)';
const noRealtime = 'cpu.realtime: this kernel does not group real-time processes';

/** A number as a setting; 0 is "not set", as everywhere in the cpu part of the spec. */
function entry(file: string, value: number | undefined, lack?: string): Setting[] {
  if (value === undefined || value === 0) return [];
  return [{ file, value: String(value), ...(lack === undefined ? {} : { lack }) }];
}

const ratio = (quota: number, period: number): number => (quota < 0 ? Infinity : quota / period);

/**
 * Quota and period are two files, and the kernel compares their ratio with the parent's at every write: whichever
 * first gives the smaller ratio on the way stays below the larger of old and new.
 */
function bandwidthV1(cpu: LinuxCpu, view: View): Setting[] {
  const period = entry('cpu.cfs_period_us', cpu.period);
  const quota = entry('cpu.cfs_quota_us', cpu.quota);
  if (view.fresh || period.length === 0 || quota.length === 0) return [...period, ...quota];
  const present = {
    quota: parseCount(view.read('cpu.cfs_quota_us')) ?? -1,
    period: parseCount(view.read('cpu.cfs_period_us')) ?? DEFAULT_PERIOD,
  };
  const quotaFirst = ratio(cpu.quota ?? -1, present.period);
  const periodFirst = ratio(present.quota, cpu.period ?? DEFAULT_PERIOD);
  return quotaFirst < periodFirst ? [...quota, ...period] : [...period, ...quota];
}

function settingsV1(cpu: LinuxCpu, view: View): Setting[] {
  const idle = entry('cpu.idle', cpu.idle, noIdle);
  return [
    ...entry('cpu.rt_period_us', cpu.realtimePeriod, noRealtime),
    ...entry('cpu.rt_runtime_us', cpu.realtimeRuntime, noRealtime),
    // An idle group has the least share there is, and the kernel refuses another.
    ...(idle.length === 0 ? entry('cpu.shares', cpu.shares) : []),
    ...bandwidthV1(cpu, view),
    ...entry('cpu.cfs_burst_us', cpu.burst, noBurst),
    ...idle,
  ];
}

function bandwidthV2(cpu: LinuxCpu, view: View): Setting[] {
  const { quota = 0, period = 0 } = cpu;
  if (quota === 0 && period === 0) return [];
  const [presentQuota = 'max', presentPeriod = String(DEFAULT_PERIOD)] = view.fresh
    ? []
    : (view.read('cpu.max') ?? '').split(' ').filter((word) => word !== '');
  const amount = quota > 0 ? String(quota) : quota < 0 ? 'max' : presentQuota;
  const length = period > 0 ? String(period) : presentPeriod;
  return [{ file: 'cpu.max', value: `${amount} ${length}` }];
}

function settingsV2(cpu: LinuxCpu, view: View): Setting[] {
  const idle = entry('cpu.idle', cpu.idle, noIdle);
  const { shares = 0 } = cpu;
  const weight = shares === 0 || idle.length > 0 ? undefined : weightOfShares(shares);
  return [
    ...entry('cpu.weight', weight),
    ...bandwidthV2(cpu, view),
    ...entry('cpu.max.burst', cpu.burst, noBurst),
    ...idle,
  ];
}

const microseconds = (ns: number | undefined): number | undefined =>
  ns === undefined ? undefined : Math.floor(ns / 1000);

function throttling(view: View): CpuStats {
  const stat = parseFlat(view.read('cpu.stat'));
  return compact<CpuStats>({
    usageUsec: stat.get('usage_usec'),
    userUsec: stat.get('user_usec'),
    systemUsec: stat.get('system_usec'),
    periods: stat.get('nr_periods'),
    throttledPeriods: stat.get('nr_throttled'),
    throttledUsec: stat.get('throttled_usec') ?? microseconds(stat.get('throttled_time')),
  });
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu and scheduler/sched-bwc.html */
export const cpu: Controller = {
  names: { 1: 'cpu', 2: 'cpu' },
  settings({ cpu }, view) {
    if (cpu === undefined) return [];
    return view.version === 1 ? settingsV1(cpu, view) : settingsV2(cpu, view);
  },
  ignored({ cpu }, version) {
    const realtime = (cpu?.realtimePeriod ?? 0) !== 0 || (cpu?.realtimeRuntime ?? 0) !== 0;
    return version === 2 && realtime ? ['cpu.realtime: cgroup v2 has no such value'] : [];
  },
  stats: (view) => ({ cpu: throttling(view) }),
};

/** Clock ticks of /proc and cpuacct.stat are hundredths of a second on every architecture that we run on. */
const TICK_USEC = 10_000;

const ticks = (count: number | undefined): number | undefined =>
  count === undefined ? undefined : count * TICK_USEC;

/** v1 counts processor time in a controller of its own. */
export const cpuacct: Controller = {
  names: { 1: 'cpuacct', 2: undefined },
  settings: () => [],
  stats(view) {
    const stat = parseFlat(view.read('cpuacct.stat'));
    return {
      cpu: compact<CpuStats>({
        usageUsec: microseconds(parseCount(view.read('cpuacct.usage'))),
        userUsec: ticks(stat.get('user')),
        systemUsec: ticks(stat.get('system')),
      }),
    };
  },
};
