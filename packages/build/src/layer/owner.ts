import { readFiles } from '@ctrkit/rootfs';
import { resolveGroup, resolveUser } from '@ctrkit/oci';

/** Whose a file becomes. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const rootOwner: Owner = { uid: 0, gid: 0 };

/** Whether an owner is given by ids alone, so that it means the same in every root. */
export const isNumericOwner = (text: string): boolean => /^\d+(?::\d+)?$/.test(text);

/**
 * The owner that `--chown` names, by the accounts of the stage's own root: read inside it, and with a cap. An id without a group is
 * the group's too, a name has its own. Throws OciError USER_INVALID, USER_NOT_FOUND, GROUP_NOT_FOUND.
 */
export async function resolveOwner(
  text: string,
  lowers: () => Promise<readonly string[]>,
): Promise<Owner> {
  const [user = '', group = ''] = text.split(':');
  const paths = isNumericOwner(text) ? [] : ['etc/passwd', 'etc/group'];
  const [passwd, groups] = paths.length === 0 ? [] : await readFiles(await lowers(), paths);
  const { uid, gid } = resolveUser(user, { passwd });
  if (group !== '') return { uid, gid: resolveGroup(group, groups) };
  return { uid, gid: isNumericOwner(user) ? uid : gid };
}
