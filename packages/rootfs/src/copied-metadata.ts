import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { isKeptAttribute } from './layer/kept-attribute.ts';
import { ownerOf } from './privilege.ts';
import type { Privilege } from './privilege.ts';

type Owned = Pick<Extract<Operation, { op: 'make-directory' }>, 'mode' | 'uid' | 'gid' | 'xattrs'>;

/** Whose a copy is, who may use it and its attributes. Throws ID_NOT_MAPPED. */
export function copiedMetadata(
  { mode, uid, gid, xattrs, type, path }: WalkEntry,
  privilege: Pick<Privilege, 'owners'>,
): Owned {
  const kept = [...xattrs].filter(([name]) => isKeptAttribute(name, type));
  return {
    mode,
    ...ownerOf(privilege, { uid, gid, path: path.toString() }),
    xattrs: kept.flatMap(([name, value]) => [Buffer.from(name, 'latin1'), value]),
  };
}
