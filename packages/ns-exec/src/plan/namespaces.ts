import type { LinuxIDMapping, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags, isSingle, userNamespace } from '@ctrkit/syscalls';
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

// Its root would be somebody to whom neither the bundle nor the cgroup belongs.
function checkMappings(mappings: readonly LinuxIDMapping[]): void {
  if (mappings.length > 0 && (process.geteuid?.() !== 0 || isSingle(mappings))) return;
  throw new NsExecError(
    'SPEC_UNSUPPORTED',
    'a user namespace of other ids, made by root, is not supported',
    {
      hint: 'run the bundle as the user whose subordinate ids these are, or without a user namespace',
    },
  );
}

/** Enters the user namespace of the spec. Throws SPEC_UNSUPPORTED for root where it maps more than one id. */
export function userNamespacePlan(spec: Pick<RuntimeSpec, 'linux'>): Operation[] {
  const { uidMappings: uids = [], gidMappings: gids = [] } = spec.linux ?? {};
  checkMappings(uids);
  checkMappings(gids);
  return userNamespace({ uids, gids });
}

/** Whether processes of the container may choose their groups: where only the own id is mapped, that is denied (user_namespaces(7)). */
export const mayChooseGroups = ({ linux }: Pick<RuntimeSpec, 'linux'>): boolean =>
  linux?.gidMappings === undefined || !isSingle(linux.gidMappings);
