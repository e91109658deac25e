import { compact, parseCount, parseLimit } from '../numbers.ts';
import type { HugetlbStats } from '../stats.ts';
import type { Controller, Setting, View } from './controller.ts';
import { CgroupError } from '../cgroup-error.ts';
import { invalid } from './controller.ts';

function pageSizes(view: View): string[] {
  const usage = view.version === 1 ? 'usage_in_bytes' : 'current';
  return view.list().flatMap((file) => {
    const [controller, size, name, ...more] = file.split('.');
    return controller === 'hugetlb' && name === usage && more.length === 0 ? [size ?? ''] : [];
  });
}

function statsOf(view: View, pageSize: string): HugetlbStats {
  const [usage, limit] =
    view.version === 1 ? ['usage_in_bytes', 'limit_in_bytes'] : ['current', 'max'];
  return compact<HugetlbStats>({
    pageSize,
    usageBytes: parseCount(view.read(`hugetlb.${pageSize}.${usage}`)),
    limitBytes: parseLimit(view.read(`hugetlb.${pageSize}.${limit}`)),
  });
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#hugetlb */
export const hugetlb: Controller = {
  names: { 1: 'hugetlb', 2: 'hugetlb' },
  settings({ hugepageLimits = [] }, { version }) {
    const file = version === 1 ? 'limit_in_bytes' : 'max';
    return hugepageLimits.flatMap(({ pageSize, limit }): Setting[] => {
      if (!/^\d+[KMG]B$/.test(pageSize)) {
        const message = `${invalid('hugepageLimits.pageSize', pageSize)} is no size of a page`;
        throw new CgroupError('CGROUP_INVALID_VALUE', message, { hint: 'write it as 2MB or 1GB' });
      }
      const value = String(limit);
      return [
        { file: `hugetlb.${pageSize}.${file}`, value },
        // Pages can be reserved without being used; both are limited where the kernel (5.7) can.
        {
          file: `hugetlb.${pageSize}.rsvd.${file}`,
          value,
          lack: `hugepageLimits: this kernel does not limit reserved pages of ${pageSize}`,
        },
      ];
    });
  },
  stats: (view) => ({ hugetlb: pageSizes(view).map((size) => statsOf(view, size)) }),
};
