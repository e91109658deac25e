import type { LinuxIDMapping, Mount, Process, RuntimeSpec } from './runtime-spec.ts';

/** What the ids of a container are on the host. */
export interface ContainerIds {
  readonly uids: readonly Readonly<LinuxIDMapping>[];
  readonly gids: readonly Readonly<LinuxIDMapping>[];
}

/** Whether a user namespace has nobody but its root, who is its maker: then there are no supplementary groups in it either. */
export const hasOnlyRoot = (mappings: readonly Readonly<LinuxIDMapping>[] = []): boolean =>
  mappings.length === 1 && mappings[0]?.size === 1;

/** Whether the mappings of a spec have that id of the container; without any, all ids are the host's. */
export function isMappedId(
  id: number,
  mappings: readonly Readonly<LinuxIDMapping>[] | undefined,
): boolean {
  if (mappings === undefined || mappings.length === 0) return true;
  return mappings.some(({ containerID, size }) => id >= containerID && id - containerID < size);
}

// The group of terminals may have no id.
function withMappedGroup(mount: Mount, { gids }: ContainerIds): Mount {
  if (mount.options === undefined) return mount;
  const isMapped = (option: string): boolean =>
    !option.startsWith('gid=') || isMappedId(Number(option.slice('gid='.length)), gids);
  return { ...mount, options: mount.options.filter(isMapped) };
}

// A sysfs can only be mounted by who owns the network namespace: with the host's network it is bound.
function sysfsOf(mount: Mount, ownNetwork: boolean): Mount {
  if (mount.type !== 'sysfs' || ownNetwork) return mount;
  const options = (mount.options ?? []).concat('rbind');
  return { ...mount, type: 'bind', source: '/sys', options };
}

// Without privileges the score can only be raised, and the kernel keeps the file of a process that is closed to
// inspection, as the helper's is, for root. Where there is nobody else to become, there is nothing to gain.
function ownProcess({ oomScoreAdj: _score, ...process }: Process, { uids }: ContainerIds): Process {
  return hasOnlyRoot(uids) ? { ...process, noNewPrivileges: true } : process;
}

/** A spec in a user namespace with these ids. */
export function withUserNamespace(spec: RuntimeSpec, ids: ContainerIds): RuntimeSpec {
  const namespaces = spec.linux?.namespaces ?? [];
  const ownNetwork = namespaces.some(({ type }) => type === 'network');
  return {
    ...spec,
    mounts: (spec.mounts ?? []).map((mount) => sysfsOf(withMappedGroup(mount, ids), ownNetwork)),
    linux: {
      ...spec.linux,
      namespaces: [{ type: 'user' }, ...namespaces.filter(({ type }) => type !== 'user')],
      uidMappings: [...ids.uids],
      gidMappings: [...ids.gids],
    },
  };
}

/**
 * A spec for a user who is not root on the host: in a user namespace with these ids. Without limits, which need a cgroup that the
 * user may write. Where the only id is the user's own, gaining privileges is off.
 */
export function rootlessSpec(spec: RuntimeSpec, ids: ContainerIds): RuntimeSpec {
  const { cgroupsPath: _path, resources: _limits, ...linux } = spec.linux ?? {};
  const process = spec.process === undefined ? {} : { process: ownProcess(spec.process, ids) };
  return withUserNamespace({ ...spec, ...process, linux }, ids);
}
