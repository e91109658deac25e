import type { Controller } from './controller.ts';
import { cpu, cpuacct } from './cpu.ts';
import { cpuset } from './cpuset.ts';
import { devices } from './devices.ts';
import { freezer } from './freezer.ts';
import { hugetlb } from './hugetlb.ts';
import { io } from './io.ts';
import { memory } from './memory.ts';
import { netCls, netPrio } from './network.ts';
import { pids } from './pids.ts';
import { rdma } from './rdma.ts';

/** All of them, in the order in which they are set. */
export const controllers: readonly Controller[] = [
  memory,
  cpuset,
  cpu,
  cpuacct,
  pids,
  io,
  hugetlb,
  rdma,
  netCls,
  netPrio,
  devices,
  freezer,
];
