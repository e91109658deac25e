import { removeTree as removeOwn } from '@ctrkit/durable';
import { choosePrivilege, removeTree } from '@ctrkit/rootfs';

/** Removes files of a container, as `removeTree` does; a helper is started only where some belong to subordinate ids. */
export async function removeFiles(path: string): Promise<void> {
  await (typeof choosePrivilege().owners === 'string' ? removeOwn(path) : removeTree(path));
}
