import { buffer } from 'node:stream/consumers';
import { resolveUser } from '@ctrkit/oci';
import { readFileOf, RootfsError } from '@ctrkit/rootfs';
import type { CopyOwner, Tree } from '@ctrkit/rootfs';
import type { CopyView } from './copy-view.ts';

// A container without the file has no names.
async function accounts(tree: Tree, path: string): Promise<Buffer | undefined> {
  try {
    return await buffer(readFileOf(tree, path));
  } catch (error) {
    if (error instanceof RootfsError && error.code === 'NO_FILE') return undefined;
    throw error;
  }
}

/**
 * Whose it is what is copied into a container: whose it was, by number; with `archive` the container's own user's, if it has
 * one. Throws OciError USER_NOT_FOUND and its kin.
 */
export async function ownerIn({ container, tree }: CopyView, archive: boolean): Promise<CopyOwner> {
  if (!archive || container.user === '') return 'kept';
  const [passwd, group] = [await accounts(tree, '/etc/passwd'), await accounts(tree, '/etc/group')];
  const { uid, gid } = resolveUser(container.user, { passwd, group });
  return { uid, gid };
}
