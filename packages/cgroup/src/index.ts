export { CgroupError } from './cgroup-error.ts';
export type { CgroupErrorCode } from './cgroup-error.ts';
export type { Cgroup, CgroupMount, DeviceAttachment } from './cgroup.ts';
export { createCgroup, openCgroup } from './create.ts';
export type { CreateOptions, OpenOptions } from './create.ts';
export type { WaitOptions } from './deadline.ts';
export type { DeleteOptions } from './remove.ts';
export { deviceProgram } from './device-program.ts';
export { expectMove } from './expect-move.ts';
export type { ExpectOptions } from './expect-move.ts';
export { detectHierarchy, readHierarchy } from './hierarchy.ts';
export type { DetectOptions, Hierarchy, Tree } from './hierarchy.ts';
export { listCgroups } from './list.ts';
export type { ListedCgroup } from './list.ts';
export { locateCgroup } from './locate.ts';
export type { CgroupLocation } from './locate.ts';
export { runInCgroup } from './run.ts';
export type { LimitedRun, RunExit, RunOptions } from './run.ts';
export type {
  CpuStats,
  Events,
  HugetlbStats,
  IoStats,
  MemoryStats,
  PidsStats,
  Pressure,
  PressureStats,
  Stats,
} from './stats.ts';
