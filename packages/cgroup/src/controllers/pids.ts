import { compact, parseCount, parseLimit } from '../numbers.ts';
import type { PidsStats } from '../stats.ts';
import type { Controller } from './controller.ts';

/** How many processes and threads. https://docs.kernel.org/admin-guide/cgroup-v2.html#pid */
export const pids: Controller = {
  names: { 1: 'pids', 2: 'pids' },
  settings({ pids }) {
    if (pids === undefined) return [];
    return [{ file: 'pids.max', value: pids.limit > 0 ? String(pids.limit) : 'max' }];
  },
  stats: (view) => ({
    pids: compact<PidsStats>({
      current: parseCount(view.read('pids.current')),
      limit: parseLimit(view.read('pids.max')),
    }),
  }),
};
