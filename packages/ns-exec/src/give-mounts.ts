import type { LinuxIDMapping, Process, RuntimeSpec } from '@ctrkit/oci';
import { runPlan } from '@ctrkit/syscalls';
import { NsExecError } from './ns-exec-error.ts';
import { bindsOf, isMapped, ownPlan } from './plan/mounts.ts';
import { idMapsOf, isGivenAway } from './plan/namespaces.ts';

function onHost(id: number, mappings: readonly LinuxIDMapping[]): number {
  const mapping = mappings.find(
    ({ containerID, size }) => id >= containerID && id - containerID < size,
  );
  if (mapping !== undefined) return mapping.hostID + id - mapping.containerID;
  throw new NsExecError('SPEC_UNSUPPORTED', `the container's user namespace has no id ${id}`); // prettier-ignore
}

/**
 * Gives the sources of bind mounts that ask for it to the container's user, where the container's process may not do it itself
 * (`isGivenAway`). Throws SPEC_UNSUPPORTED, SyscallsError.
 */
export async function giveMounts(spec: RuntimeSpec, { user }: Process): Promise<void> {
  if (!isGivenAway(spec)) return;
  const { uids, gids } = idMapsOf(spec);
  const theirs = { uid: onHost(user.uid, uids), gid: onHost(user.gid, gids) };
  const plan = bindsOf(spec.mounts).flatMap((mount) =>
    ownPlan(mount, isMapped(mount) ? user : theirs),
  );
  if (plan.length > 0) await runPlan('tree', plan);
}
