import type { Controller } from './controller.ts';

/** Marks packets with a class for tc. https://docs.kernel.org/admin-guide/cgroup-v1/net_cls.html */
export const netCls: Controller = {
  names: { 1: 'net_cls', 2: undefined },
  settings: ({ network }, { version }) =>
    network?.classID === undefined || version === 2
      ? []
      : [{ file: 'net_cls.classid', value: String(network.classID) }],
  ignored: ({ network }, version) =>
    network?.classID === undefined || version === 1
      ? []
      : ['network.classID: cgroup v2 has no such value'],
};

/** Priority of packets by interface. https://docs.kernel.org/admin-guide/cgroup-v1/net_prio.html */
export const netPrio: Controller = {
  names: { 1: 'net_prio', 2: undefined },
  settings: ({ network }, { version }) =>
    version === 2
      ? []
      : (network?.priorities ?? []).map(({ name, priority }) => ({
          file: 'net_prio.ifpriomap',
          value: `${name} ${priority}`,
        })),
  ignored: ({ network }, version) =>
    (network?.priorities ?? []).length === 0 || version === 1
      ? []
      : ['network.priorities: cgroup v2 has no such value'],
};
