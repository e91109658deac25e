import type { LinuxIDMapping, RuntimeSpec } from '@ctrkit/oci';
import { cloneFlags } from '@ctrkit/syscalls';
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

const mapLines = (mappings: readonly LinuxIDMapping[] = []): string =>
  mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');

// One id is mapped by whoever has it; more take somebody with the right to them, who is not here yet.
function checkMappings(mappings: readonly LinuxIDMapping[] = []): void {
  if (mappings.length === 1 && mappings[0]?.size === 1) return;
  throw new NsExecError('SPEC_UNSUPPORTED', 'a user namespace maps more than the own id', {
    hint: 'uidMappings and gidMappings have one entry of size 1, whose hostID is the own id',
  });
}

/** Enters the user namespace of the spec. Throws SPEC_UNSUPPORTED where it maps more than one id. */
export function userNamespacePlan(spec: Pick<RuntimeSpec, 'linux'>): Operation[] {
  const { uidMappings, gidMappings } = spec.linux ?? {};
  checkMappings(uidMappings);
  checkMappings(gidMappings);
  return [{ op: 'user-namespace', uidMap: mapLines(uidMappings), gidMap: mapLines(gidMappings) }];
}
