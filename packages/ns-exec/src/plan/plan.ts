import type { Cgroup } from '@ctrkit/cgroup';
import type { Process, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags, mountAttributes } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { devicesPlan } from './devices.ts';
import { mountPlan } from './mounts.ts';
import type { MountContext } from './mounts.ts';
import { namespacesOf, userNamespacePlan } from './namespaces.ts';
import { credentialsPlan, executePlan, limitsPlan, oomScorePlan } from './process.ts';
import { rootMountOf, rootPlan } from './root.ts';

/** What the namespaces and the cgroup of a container depend on. */
type LinuxSpec = Pick<RuntimeSpec, 'linux'>;

const SIGKILL = 9;
/** A passwd or group file larger than this is refused (CVE-2026-47262). */
const LARGEST_USER_FILE = 1 << 20;

/** The first part of a plan: everything that does not depend on the container's cgroup. */
export function spawnPlan(spec: LinuxSpec, options: { relay: boolean }): Operation[] {
  const { flags, user } = namespacesOf(spec);
  return [
    ...(user ? userNamespacePlan(spec) : []),
    { op: 'spawn', namespaces: flags, relay: options.relay ? 1 : 0 },
  ];
}

/** Joins the container's cgroup; the slowest step of all on v1, so it goes first. */
export function joinPlan(
  spec: LinuxSpec,
  { joinFiles = [], deviceProgram }: Partial<Pick<Cgroup, 'joinFiles' | 'deviceProgram'>> = {},
): Operation[] {
  return [
    { op: 'parent-death', signal: SIGKILL },
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

/** Mounts the root and, where the process is still to be decided, reports the files that users are looked up in. */
export function openRootPlan(spec: RuntimeSpec, bundle: string, readUsers: boolean): Operation[] {
  const files = readUsers ? ['/etc/passwd', '/etc/group'] : [];
  return [
    { op: 'private-mounts' },
    rootPlan(spec, bundle),
    ...files.map((path): Operation => ({ op: 'read', path, limit: LARGEST_USER_FILE })),
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

/** The last part: the process itself. */
export function processPlan(spec: RuntimeSpec, process: Process): Operation[] {
  const { user } = namespacesOf(spec);
  const readonly: Operation = { op: 'remount', path: '/', attributes: mountAttributes.ro };
  return [
    { op: 'directory', path: process.cwd, mode: 0o755 },
    // Last of all that is done beneath the root: until here places to mount on were made in it.
    ...(spec.root?.readonly === true ? [readonly] : []),
    // While /proc is still the host's: what lies at its path inside is the image's to say (CVE-2025-52881).
    ...oomScorePlan(process),
    { op: 'pivot' },
    ...limitsPlan(process),
    ...credentialsPlan(process, { setGroups: !user }),
    ...executePlan(process),
  ];
}
