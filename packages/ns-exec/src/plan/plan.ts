import type { Cgroup } from '@ctrkit/cgroup';
import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags, mountAttributes } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { devicesPlan } from './devices.ts';
import { beforehandPlan } from './beforehand.ts';
import { bindsOf, holdPlan, mountPlan, ownPlan } from './mounts.ts';
import type { MountContext } from './mounts.ts';
import { isGivenAway, mayChooseGroups, namespacesOf, userNamespacePlan } from './namespaces.ts';
import { confinedPlan, oomScorePlan, parentDeathPlan, streamsPlan } from './process.ts';
import type { ProcessStreams } from './process.ts';
import { rootMountOf, rootPlan } from './root.ts';
import { seccompPlan } from './seccomp.ts';

/** What the namespaces and the cgroup of a container depend on. */
type LinuxSpec = Pick<RuntimeSpec, 'linux'>;

type JoinedCgroup = Partial<Pick<Cgroup, 'joinFiles' | 'deviceProgram'>>;

export type { ProcessStreams } from './process.ts';

/** A passwd or group file larger than this is refused (CVE-2026-47262). */
const LARGEST_USER_FILE = 1 << 20;

/** The first part of a plan: everything that does not depend on the container's cgroup. */
export function spawnPlan(spec: LinuxSpec): Operation[] {
  const { flags, user } = namespacesOf(spec);
  if (isGivenAway(spec)) return [];
  return [...(user ? userNamespacePlan(spec) : []), { op: 'spawn', namespaces: flags }];
}

function cgroupPlan({ joinFiles = [], deviceProgram }: JoinedCgroup): Operation[] {
  return [
    ...(deviceProgram === undefined
      ? []
      : [{ op: 'device-program', ...deviceProgram } satisfies Operation]),
    ...joinFiles.map((path): Operation => ({ op: 'join-cgroup', path })),
  ];
}

// What is in its cgroup already has that as the root of its namespace.
function sessionPlan(spec: LinuxSpec): Operation[] {
  const unshare: Operation = { op: 'unshare', flags: cloneFlags.cgroup };
  return [...(namespacesOf(spec).cgroup ? [unshare] : []), { op: 'session' }];
}

/** Joins the container's cgroup; the slowest step of all on v1, so it goes first. */
export function joinPlan(spec: LinuxSpec, cgroup: JoinedCgroup = {}): Operation[] {
  // Its child is born there.
  if (isGivenAway(spec)) return cgroupPlan(cgroup);
  return [...parentDeathPlan(), ...cgroupPlan(cgroup), ...sessionPlan(spec)];
}

/** Reports the files that users are looked up in. */
export function accountsPlan(): Operation[] {
  return ['/etc/passwd', '/etc/group'].map((path) => ({
    op: 'read',
    path,
    limit: LARGEST_USER_FILE,
  }));
}

export interface OpenRootChoices {
  readonly bundle: string;
  readonly streams: ProcessStreams;
  /** The process is still to be decided. */
  readonly readUsers: boolean;
}

/** Mounts the root and, where the process is still to be decided, reports the files that users are looked up in. */
export function openRootPlan(
  spec: RuntimeSpec,
  { bundle, streams, readUsers }: OpenRootChoices,
): Operation[] {
  return [
    ...(isGivenAway(spec)
      ? [...beforehandPlan(spec, bundle, streams), ...parentDeathPlan(), ...sessionPlan(spec)]
      : ownRootPlan(spec, bundle)),
    { op: 'attach-root' },
    ...(readUsers ? accountsPlan() : []),
  ];
}

const ownRootPlan = (spec: RuntimeSpec, bundle: string): Operation[] => [
  ...bindsOf(spec.mounts).flatMap((mount) => holdPlan(mount, bundle, 'travelling')),
  { op: 'private-mounts' },
  rootPlan(spec, bundle),
];

/** Everything inside the root: mounts, devices, names, masks. Order matters: masks cover what was mounted. */
export function sandboxPlan(spec: RuntimeSpec, context: MountContext): Operation[] {
  const { network, user } = namespacesOf(spec);
  const mounts = (spec.mounts ?? []).filter((mount) => mount !== rootMountOf(spec));
  const held = isGivenAway(spec) ? 'all' : 'travelling';
  const plan: Operation[] = mounts.flatMap((mount) => mountPlan(mount, { ...context, held }));
  plan.push(...devicesPlan(spec, user ? 'bind' : 'make'));
  if (spec.hostname !== undefined) plan.push({ op: 'hostname', name: spec.hostname });
  if (spec.domainname !== undefined) plan.push({ op: 'domainname', name: spec.domainname });
  if (network) plan.push({ op: 'loopback-up' });
  for (const [key, value] of Object.entries(spec.linux?.sysctl ?? {})) {
    plan.push({ op: 'sysctl', key: key.replaceAll('.', '/'), value });
  }
  for (const path of spec.linux?.readonlyPaths ?? []) plan.push({ op: 'read-only', path });
  for (const path of spec.linux?.maskedPaths ?? []) plan.push({ op: 'mask', path });
  return plan;
}

/** The last part: the process itself. `filter` is seccompPlan's, for who has had the time to make it before. */
export function processPlan(
  spec: RuntimeSpec,
  process: Process,
  streams: ProcessStreams,
  filter: readonly Operation[] = seccompPlan(spec),
): Operation[] {
  const readonly: Operation = { op: 'remount', path: '/', attributes: mountAttributes.ro };
  return [
    ...streamsPlan(process, streams, { console: true }),
    { op: 'directory', path: process.cwd, mode: 0o755 },
    ...(isGivenAway(spec)
      ? []
      : bindsOf(spec.mounts).flatMap((mount) => ownPlan(mount, process.user))),
    // Last of all that is done beneath the root: until here places to mount on were made in it.
    ...(spec.root?.readonly === true ? [readonly] : []),
    // While /proc is still the host's: what lies at its path inside is the image's to say (CVE-2025-52881).
    ...(isGivenAway(spec) ? [] : oomScorePlan(process)),
    { op: 'pivot' },
    ...confinedPlan(process, { setGroups: mayChooseGroups(spec), filter }),
  ];
}
