import type { LinuxMemory } from '@ctrkit/oci';
import { CgroupError } from '../cgroup-error.ts';
import { swapOnly } from '../convert.ts';
import { compact, parseCount, parseFlat, parseLimit } from '../numbers.ts';
import type { MemoryStats } from '../stats.ts';
import type { Controller, Setting, View } from './controller.ts';
import { invalid } from './controller.ts';

const noSwapAccounting = 'memory.swap: this kernel does not count swap, so swap is not limited';

const max = (bytes: number): string => (bytes < 0 ? 'max' : String(bytes));

function checked(memory: LinuxMemory): { limit?: number; total?: number } {
  const { limit, swap } = memory;
  // 0 is "not set" for every caller that there is: a process cannot live in no memory.
  const wanted = limit === undefined || limit === 0 ? undefined : limit;
  // Without a limit of memory nothing limits memory and swap together.
  const total = swap === undefined || swap === 0 ? (wanted === -1 ? -1 : undefined) : swap;
  if (total !== undefined && total > 0 && wanted !== undefined && wanted > total) {
    throw new CgroupError(
      'CGROUP_INVALID_VALUE',
      `${invalid('memory.swap', swap)} is less than the memory limit ${wanted}`,
      { hint: 'swap counts memory and swap together; equal to the limit means no swap' },
    );
  }
  return compact({ limit: wanted, total });
}

function limitsV1(memory: LinuxMemory, view: View): Setting[] {
  const { limit, total } = checked(memory);
  const limits: Setting[] = [];
  if (limit !== undefined) limits.push({ file: 'memory.limit_in_bytes', value: String(limit) });
  if (total !== undefined) {
    const file = 'memory.memsw.limit_in_bytes';
    limits.push({ file, value: String(total), lack: noSwapAccounting });
  }
  // The kernel holds limit <= memsw.limit at every moment, so what grows, grows from above.
  const present = view.fresh ? undefined : parseLimit(view.read('memory.memsw.limit_in_bytes'));
  const grows = present !== undefined && (limit === -1 || (limit ?? 0) > present);
  return grows ? limits.toReversed() : limits;
}

function settingsV1(memory: LinuxMemory, view: View): Setting[] {
  const settings = limitsV1(memory, view);
  const { reservation, kernelTCP, swappiness, disableOOMKiller } = memory;
  const add = (file: string, value: number | undefined): void => {
    if (value !== undefined) settings.push({ file, value: String(value) });
  };
  add('memory.soft_limit_in_bytes', reservation === 0 ? undefined : reservation);
  add('memory.kmem.tcp.limit_in_bytes', kernelTCP === 0 ? undefined : kernelTCP);
  add('memory.swappiness', swappiness);
  add('memory.oom_control', disableOOMKiller === undefined ? undefined : Number(disableOOMKiller));
  return settings;
}

function settingsV2(memory: LinuxMemory, view: View): Setting[] {
  const { limit, total } = checked(memory);
  const settings: Setting[] = [];
  if (total !== undefined) {
    const base = limit ?? (view.fresh ? undefined : parseLimit(view.read('memory.max')));
    const value = max(swapOnly(total, base));
    settings.push({ file: 'memory.swap.max', value, lack: noSwapAccounting });
  }
  if (limit !== undefined) settings.push({ file: 'memory.max', value: max(limit) });
  const { reservation } = memory;
  if (reservation !== undefined && reservation !== 0) {
    settings.push({ file: 'memory.low', value: max(reservation) });
  }
  return settings;
}

function statsV1(view: View): MemoryStats {
  const stat = parseFlat(view.read('memory.stat'));
  const usage = parseCount(view.read('memory.usage_in_bytes'));
  const total = parseCount(view.read('memory.memsw.usage_in_bytes'));
  return compact<MemoryStats>({
    usageBytes: usage,
    peakBytes: parseCount(view.read('memory.max_usage_in_bytes')),
    limitBytes: parseLimit(view.read('memory.limit_in_bytes')),
    // Two files, two moments: the difference may come out below nothing.
    swapBytes: usage === undefined || total === undefined ? undefined : Math.max(0, total - usage),
    anonBytes: stat.get('total_rss'),
    fileBytes: stat.get('total_cache'),
    inactiveFileBytes: stat.get('total_inactive_file'),
  });
}

function statsV2(view: View): MemoryStats {
  const stat = parseFlat(view.read('memory.stat'));
  return compact<MemoryStats>({
    usageBytes: parseCount(view.read('memory.current')),
    peakBytes: parseCount(view.read('memory.peak')),
    limitBytes: parseLimit(view.read('memory.max')),
    swapBytes: parseCount(view.read('memory.swap.current')),
    anonBytes: stat.get('anon'),
    fileBytes: stat.get('file'),
    inactiveFileBytes: stat.get('inactive_file'),
  });
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#memory and cgroup-v1/memory.html */
export const memory: Controller = {
  names: { 1: 'memory', 2: 'memory' },
  settings({ memory }, view) {
    if (memory === undefined) return [];
    return view.version === 1 ? settingsV1(memory, view) : settingsV2(memory, view);
  },
  ignored({ memory = {} }, version) {
    const lacks: string[] = [];
    // Kernel memory is part of the limit since 2.6.38 (v2) and 5.16 (v1 took the separate limit away).
    if ((memory.kernel ?? 0) > 0) lacks.push('memory.kernel: counted in memory.limit');
    if (version === 1) return lacks;
    if ((memory.kernelTCP ?? 0) > 0) lacks.push('memory.kernelTCP: counted in memory.limit');
    if (memory.swappiness !== undefined)
      lacks.push('memory.swappiness: cgroup v2 has no such value');
    if (memory.disableOOMKiller === true) {
      lacks.push('memory.disableOOMKiller: cgroup v2 cannot switch it off');
    }
    return lacks;
  },
  stats: (view) => ({ memory: view.version === 1 ? statsV1(view) : statsV2(view) }),
};
