import type { Mount, Process, RuntimeSpec } from '@ctrkit/oci';

/** The ids of the user who runs the container, on the host. */
export interface HostIds {
  readonly uid: number;
  readonly gid: number;
}

// The group of terminals has no id in a user namespace of one id.
const withoutGroup = (mount: Mount): Mount => ({
  ...mount,
  ...(mount.options === undefined
    ? {}
    : { options: mount.options.filter((option) => !option.startsWith('gid=')) }),
});

// A sysfs can only be mounted by who owns the network namespace: with the host's network it is bound.
function sysfsOf(mount: Mount, ownNetwork: boolean): Mount {
  if (mount.type !== 'sysfs' || ownNetwork) return mount;
  const options = (mount.options ?? []).concat('rbind');
  return { ...mount, type: 'bind', source: '/sys', options };
}

// Without privileges the score can only be raised, and the kernel keeps the file of a process that is closed to
// inspection, as the helper's is, for root.
function ownProcess({ oomScoreAdj: _score, ...process }: Process): Process {
  return { ...process, noNewPrivileges: true };
}

/**
 * A spec for a user who is not root on the host: in a user namespace where that user is root and nobody else is
 * anybody. Without limits, which need a cgroup that the user may write. Gaining privileges is off.
 */
export function rootlessSpec(spec: RuntimeSpec, { uid, gid }: HostIds): RuntimeSpec {
  const { cgroupsPath: _path, resources: _limits, ...linux } = spec.linux ?? {};
  const namespaces = linux.namespaces ?? [];
  const ownNetwork = namespaces.some(({ type }) => type === 'network');
  return {
    ...spec,
    ...(spec.process === undefined ? {} : { process: ownProcess(spec.process) }),
    mounts: (spec.mounts ?? []).map((mount) => sysfsOf(withoutGroup(mount), ownNetwork)),
    linux: {
      ...linux,
      namespaces: [{ type: 'user' }, ...namespaces.filter(({ type }) => type !== 'user')],
      uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
    },
  };
}
