import { chown } from 'node:fs/promises';
import { runPlan } from '@ctrkit/syscalls';
import { explain } from './layer/plan-stream.ts';
import { choosePrivilege, ownerOf } from './privilege.ts';

/**
 * Gives a file or an empty directory of ours to a user of containers; where a container has no other user than its root, to that, who is us.
 * Throws ID_NOT_MAPPED, UNPACK_FAILED, NO_USER_NAMESPACES, the system's errors.
 */
export async function giveTo(path: string, owner: { uid: number; gid: number }): Promise<void> {
  const privilege = choosePrivilege();
  const { uid, gid } = ownerOf(privilege, { ...owner, path });
  if (privilege.owners === 'all') return await chown(path, uid, gid);
  if (privilege.owners === 'root') return undefined;
  try {
    await runPlan('tree', [...privilege.before, { op: 'own', source: path, within: '', uid, gid }]);
  } catch (error) {
    throw explain(error);
  }
  return undefined;
}
