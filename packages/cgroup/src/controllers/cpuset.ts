import type { Controller, Setting } from './controller.ts';

function entry(file: string, value: string | undefined): Setting[] {
  return value === undefined || value === '' ? [] : [{ file, value }];
}

/** Which processors and memory nodes. https://docs.kernel.org/admin-guide/cgroup-v2.html#cpuset */
export const cpuset: Controller = {
  names: { 1: 'cpuset', 2: 'cpuset' },
  settings({ cpu = {} }) {
    return [...entry('cpuset.cpus', cpu.cpus), ...entry('cpuset.mems', cpu.mems)];
  },
};
