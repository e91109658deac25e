import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { isKeptAttribute } from './layer/kept-attribute.ts';

type Owned = Pick<Extract<Operation, { op: 'make-directory' }>, 'mode' | 'uid' | 'gid' | 'xattrs'>;

/** Whose a copy is, who may use it and its attributes. `complete`: files of other owners can be made. */
export function copiedMetadata(
  { mode, uid, gid, xattrs, type }: WalkEntry,
  complete: boolean,
): Owned {
  const kept = [...xattrs].filter(([name]) => isKeptAttribute(name, type));
  return {
    mode,
    uid: complete ? uid : 0,
    gid: complete ? gid : 0,
    xattrs: kept.flatMap(([name, value]) => [Buffer.from(name, 'latin1'), value]),
  };
}
