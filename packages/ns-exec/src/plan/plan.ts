import type { Cgroup } from '@ctrkit/cgroup';
import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags, mountAttributes } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { devicesPlan } from './devices.ts';
import { holdPlan, mountPlan, ownPlan } from './mounts.ts';
import type { MountContext } from './mounts.ts';
import { mayChooseGroups, namespacesOf, userNamespacePlan } from './namespaces.ts';
import { confinedPlan, oomScorePlan, parentDeathPlan, streamsPlan } from './process.ts';
import type { ProcessStreams } from './process.ts';
import { rootMountOf, rootPlan } from './root.ts';
import { seccompPlan } from './seccomp.ts';

/** What the namespaces and the cgroup of a container depend on. */
type LinuxSpec = Pick<RuntimeSpec, 'linux'>;

export type { ProcessStreams } from './process.ts';

/** A passwd or group file larger than this is refused (CVE-2026-47262). */
const LARGEST_USER_FILE = 1 << 20;

/** The first part of a plan: everything that does not depend on the container's cgroup. */
export function spawnPlan(spec: LinuxSpec): Operation[] {
  const { flags, user } = namespacesOf(spec);
  return [...(user ? userNamespacePlan(spec) : []), { op: 'spawn', namespaces: flags }];
}

/** Joins the container's cgroup; the slowest step of all on v1, so it goes first. */
export function joinPlan(
  spec: LinuxSpec,
  { joinFiles = [], deviceProgram }: Partial<Pick<Cgroup, 'joinFiles' | 'deviceProgram'>> = {},
): Operation[] {
  return [
    ...parentDeathPlan(),
    ...(deviceProgram === undefined
      ? []
      : [{ op: 'device-program', ...deviceProgram } satisfies Operation]),
    ...joinFiles.map((path): Operation => ({ op: 'join-cgroup', path })),
    ...(namespacesOf(spec).cgroup
      ? [{ op: 'unshare', flags: cloneFlags.cgroup } satisfies Operation]
      : []),
    { op: 'session' },
  ];
}

/** Reports the files that users are looked up in. */
export function accountsPlan(): Operation[] {
  return ['/etc/passwd', '/etc/group'].map((path) => ({
    op: 'read',
    path,
    limit: LARGEST_USER_FILE,
  }));
}

/** Mounts the root and, where the process is still to be decided, reports the files that users are looked up in. */
export function openRootPlan(spec: RuntimeSpec, bundle: string, readUsers: boolean): Operation[] {
  return [
    ...holdPlan(spec.mounts ?? [], bundle),
    { op: 'private-mounts' },
    rootPlan(spec, bundle),
    ...(readUsers ? accountsPlan() : []),
  ];
}

/** Everything inside the root: mounts, devices, names, masks. Order matters: masks cover what was mounted. */
export function sandboxPlan(spec: RuntimeSpec, context: MountContext): Operation[] {
  const { network, user } = namespacesOf(spec);
  const mounts = (spec.mounts ?? []).filter((mount) => mount !== rootMountOf(spec));
  const plan: Operation[] = mounts.flatMap((mount) => mountPlan(mount, context));
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
    ...ownPlan(spec.mounts ?? [], process.user),
    // Last of all that is done beneath the root: until here places to mount on were made in it.
    ...(spec.root?.readonly === true ? [readonly] : []),
    // While /proc is still the host's: what lies at its path inside is the image's to say (CVE-2025-52881).
    ...oomScorePlan(process),
    { op: 'pivot' },
    ...confinedPlan(process, { setGroups: mayChooseGroups(spec), filter }),
  ];
}
