import type { CgroupLocation } from '@ctrkit/cgroup';
import { encodePlan, supervise } from '@ctrkit/syscalls';
import type { HelperOptions, Operation, SuperviseOptions } from '@ctrkit/syscalls';

/** How a process is looked after from its first byte to its end, by a helper that may outlive this process. */
export interface Supervision extends Omit<SuperviseOptions, 'mode'> {
  /** stdin, stdout, stderr of the supervisor: the attached ones are a client's. @default nothing, ours, ours */
  readonly stdio?: HelperOptions['stdio'];
  /** Keeps the output in this directory, in docker's json-file format. @default kept nowhere */
  readonly log?: OutputLog;
  /** The directory in which others may attach, nobody else's than this user's. @default nobody may */
  readonly listen?: string;
  /** What else is done when it has ended, before anybody hears of it; its cgroup is removed anyway. */
  readonly atEnd?: readonly Operation[];
  /** What is done last of all, when nobody waits any more. */
  readonly afterwards?: readonly Operation[];
}

/** A log that is rotated by size. */
export interface OutputLog {
  readonly directory: string;
  /** Bytes of a file before the next is begun. */
  readonly size: number;
  /** How many files are kept. */
  readonly files: number;
}

// The kernel lets go of a dead process in its own time; beyond this, something is wrong.
const PATIENCE_MS = 5000;

function cgroupRemoval({ directories, parents }: CgroupLocation): Operation[] {
  return [
    ...directories.map((path): Operation => ({ op: 'remove-cgroup', path, patience: PATIENCE_MS })),
    ...parents.map((path): Operation => ({ op: 'remove-cgroup', path, patience: 0 })),
  ];
}

function planOperation(op: 'at-end' | 'afterwards', plan: readonly Operation[]): Operation[] {
  return plan.length === 0 ? [] : [{ op, plan: encodePlan(plan) }];
}

/** The beginning of every plan: what its supervisor is told. */
export function supervisionPlan(
  supervision: Supervision,
  mode: 'launch' | 'enter',
  cgroup?: CgroupLocation,
): Operation[] {
  const { log, listen, atEnd = [], afterwards = [] } = supervision;
  const removal = cgroup === undefined ? [] : cgroupRemoval(cgroup);
  return [
    ...(log === undefined
      ? []
      : [{ op: 'log', ...log, size: BigInt(log.size) } satisfies Operation]),
    ...(listen === undefined ? [] : [{ op: 'listen', directory: listen } satisfies Operation]),
    ...(cgroup?.oomEvents === undefined
      ? []
      : [{ op: 'oom-events', path: cgroup.oomEvents } satisfies Operation]),
    // The cgroup first: whoever has the container next makes one of the same name.
    ...planOperation('at-end', [...removal, ...atEnd]),
    ...planOperation('afterwards', afterwards),
    supervise({ ...supervision, mode }),
  ];
}
