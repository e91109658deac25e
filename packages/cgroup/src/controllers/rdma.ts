import type { Controller } from './controller.ts';

/** https://docs.kernel.org/admin-guide/cgroup-v2.html#rdma */
export const rdma: Controller = {
  names: { 1: 'rdma', 2: 'rdma' },
  settings: ({ rdma = {} }) =>
    Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => {
      const handles = hcaHandles === undefined ? '' : ` hca_handle=${hcaHandles}`;
      const objects = hcaObjects === undefined ? '' : ` hca_object=${hcaObjects}`;
      return { file: 'rdma.max', value: `${device}${handles}${objects}` };
    }),
};
