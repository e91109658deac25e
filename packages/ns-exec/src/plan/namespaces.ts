import type { LinuxIDMapping, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags, isOwnAlone, userNamespace } from '@ctrkit/syscalls';
import type { IdMaps } from '@ctrkit/syscalls';
import type { Operation } from '@ctrkit/syscalls';
import { NsExecError } from '../ns-exec-error.ts';

export interface Namespaces {
  /** CLONE_NEW* flags that the container's first process is made with. */
  readonly flags: number;
  /** The container's ids are its own: it is not root on the host. */
  readonly user: boolean;
  /** Entered after the cgroup was joined, so that its root is the container's own cgroup. */
  readonly cgroup: boolean;
  readonly network: boolean;
}

/** Which namespaces a spec asks for (config-linux.md#namespaces). Throws SPEC_UNSUPPORTED. */
export function namespacesOf(spec: Pick<RuntimeSpec, 'linux'>): Namespaces {
  const wanted = spec.linux?.namespaces ?? [];
  for (const { type, path } of wanted) {
    if (!(type in cloneFlags)) {
      throw new NsExecError('SPEC_UNSUPPORTED', `namespace ${type} is not supported`);
    }
    if (path !== undefined) {
      throw new NsExecError(
        'SPEC_UNSUPPORTED',
        `joining a namespace by path (${path}) is not supported`,
      );
    }
  }
  const types = new Set(wanted.map(({ type }) => type as keyof typeof cloneFlags));
  if (!types.has('mount')) {
    throw new NsExecError(
      'SPEC_UNSUPPORTED',
      'a container without a mount namespace is not supported',
    );
  }
  const made = [...types].filter((type) => type !== 'user' && type !== 'cgroup');
  return {
    flags: made.reduce((flags, type) => flags | cloneFlags[type], 0),
    user: types.has('user'),
    cgroup: types.has('cgroup'),
    network: types.has('network'),
  };
}

/** The ids of the user namespace of a spec. Throws BUNDLE_INVALID where it has none of somebody who could be its root. */
export function idMapsOf({ linux }: Pick<RuntimeSpec, 'linux'>): IdMaps {
  const maps = { uids: linux?.uidMappings ?? [], gids: linux?.gidMappings ?? [] };
  hostRootOf(maps);
  return maps;
}

const rootOf = (mappings: readonly LinuxIDMapping[]): number | undefined =>
  mappings.find(({ containerID, size }) => containerID === 0 && size > 0)?.hostID;

/** Who the root of a user namespace is on the host. */
export function hostRootOf({ uids, gids }: IdMaps): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = [rootOf(uids), rootOf(gids)];
  if (uid !== undefined && gid !== undefined) return { uid, gid };
  throw new NsExecError('BUNDLE_INVALID', 'the user namespace has no root: nobody is 0 in its uidMappings and gidMappings'); // prettier-ignore
}

/** Enters the user namespace of the spec. */
export const userNamespacePlan = (spec: Pick<RuntimeSpec, 'linux'>): Operation[] =>
  userNamespace(idMapsOf(spec));

/**
 * Whether root gives the container's root to somebody else: who may then reach neither the bundle nor the container's cgroup, so that
 * all that has to do with these comes before.
 */
export function isGivenAway(spec: Pick<RuntimeSpec, 'linux'>): boolean {
  if (process.geteuid?.() !== 0 || !namespacesOf(spec).user) return false;
  const { uid, gid } = hostRootOf(idMapsOf(spec));
  return uid !== 0 || gid !== 0;
}

/** Whether processes of the container may choose their groups: where only the own id is mapped, that is denied (user_namespaces(7)). */
export const mayChooseGroups = (spec: Pick<RuntimeSpec, 'linux'>): boolean =>
  !namespacesOf(spec).user || !isOwnAlone(idMapsOf(spec));
