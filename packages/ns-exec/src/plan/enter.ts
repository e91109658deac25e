import type { ProcessIdentity } from '@ctrkit/durable';
import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { becomeRoot, cloneFlags } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { accountsPlan } from './plan.ts';
import type { ProcessStreams } from './plan.ts';
import { hostRootOf, idMapsOf, isGivenAway, mayChooseGroups, namespacesOf } from './namespaces.ts';
import {
  confinedPlan,
  givenStreamsPlan,
  oomScorePlan,
  parentDeathPlan,
  streamsPlan,
} from './process.ts';

export interface EnterContext {
  readonly target: ProcessIdentity;
  /** cgroup.procs of the container. */
  readonly joinFiles: readonly string[];
  readonly streams: ProcessStreams;
}

/** Joins a running container, and reads the files that users are looked up in. Throws SPEC_UNSUPPORTED. */
export function enterPlan(
  spec: RuntimeSpec,
  process: Process,
  { target, joinFiles, streams }: EnterContext,
): Operation[] {
  const { flags, user, cgroup } = namespacesOf(spec);
  const joined = flags | (user ? cloneFlags.user : 0) | (cgroup ? cloneFlags.cgroup : 0);
  return [
    { op: 'target', pid: target.pid, startTime: target.startTime },
    // By the host's paths, and by its /proc: those inside are the container's to say (CVE-2025-52881).
    ...joinFiles.map((path): Operation => ({ op: 'join-cgroup', path })),
    ...oomScorePlan(process),
    ...(isGivenAway(spec) ? givenStreamsPlan(streams, hostRootOf(idMapsOf(spec))) : []),
    { op: 'join-namespaces', flags: joined },
    ...(user ? [becomeRoot] : []),
    { op: 'spawn', namespaces: 0 },
    ...parentDeathPlan(),
    { op: 'session' },
    ...accountsPlan(),
  ];
}

/** The process itself, once it is known who it is. */
export function enteredProcessPlan(
  spec: RuntimeSpec,
  process: Process,
  streams: ProcessStreams,
  filter: readonly Operation[],
): Operation[] {
  return [
    { op: 'own-null' },
    ...streamsPlan(process, streams, { console: false }),
    ...confinedPlan(process, { setGroups: mayChooseGroups(spec), filter }),
  ];
}
