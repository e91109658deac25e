import type { LinuxResources } from '@ctrkit/oci';
import type { WaitOptions } from './deadline.ts';
import type { DeleteOptions } from './remove.ts';
import type { Events, Stats } from './stats.ts';

/** A directory of a v1 cgroup on the host and the controllers that it stands for. */
export interface CgroupMount {
  readonly controllers: readonly string[];
  readonly hostPath: string;
}

/** A program for the kernel that decides on devices under v2, and the cgroup that it is to be attached to. */
export interface DeviceAttachment {
  readonly program: Uint8Array;
  readonly directory: string;
}

/** A control group, in one tree (v2) or in several (v1). It stays until `delete`, whoever made it. */
export interface Cgroup {
  /** Absolute, the same for every caller: what `openCgroup` takes. */
  readonly path: string;
  /** Absolute paths of cgroup.procs: a process that writes 0 to each is in. */
  readonly joinFiles: readonly string[];
  /** v1: what may be mounted into the container. v2: none, there a cgroup namespace shows the same. */
  readonly mounts: readonly CgroupMount[];
  /** Set where device rules are to be enforced by a program: attach it before anything of the container runs. */
  readonly deviceProgram?: DeviceAttachment;
  /** What was asked for and this kernel cannot do, a line each (`memory.swap: …`): to be told to the user. */
  readonly ignored: readonly string[];
  /** The processes in it and below it. */
  processes(): number[];
  stats(): Promise<Stats>;
  events(): Promise<Events>;
  /** Stops every process, until `thaw`. Throws CGROUP_BUSY when one does not stop in time; then none is stopped. */
  freeze(options?: WaitOptions): Promise<void>;
  thaw(options?: WaitOptions): Promise<void>;
  isFrozen(): boolean;
  /** SIGKILL to all, until none is left. Throws CGROUP_BUSY with the pids that did not die in time. */
  kill(options?: WaitOptions): Promise<void>;
  /** Kills what is left and removes the cgroup and those below it. Once gone, no error. Throws CGROUP_BUSY. */
  delete(options?: DeleteOptions): Promise<void>;
  /**
   * Changes the limits that are named, keeps the others; not atomic. Hands back what this kernel cannot do.
   * Throws CGROUP_INVALID_VALUE, CGROUP_BUSY (less than what is in use), CGROUP_UNAVAILABLE (device rules under v2).
   */
  update(resources: LinuxResources): Promise<readonly string[]>;
}
