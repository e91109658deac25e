import { basename, dirname } from 'node:path';
import { runPlan } from '@ctrkit/syscalls';
import { explain } from './layer/plan-stream.ts';
import { choosePrivilege } from './privilege.ts';

/**
 * Removes a directory and all in it, also what a container's root owned inside a user namespace and directories
 * that forbid it. Never follows a symbolic link, never enters another mount. Absent: nothing.
 * Throws UNPACK_FAILED, NO_USER_NAMESPACES.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await runPlan('tree', [
      ...choosePrivilege().before,
      { op: 'root', path: dirname(path) },
      { op: 'remove', path: basename(path) },
    ]);
  } catch (error) {
    throw explain(error);
  }
}
