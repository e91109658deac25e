import type { Operation } from '@ctrkit/syscalls';
import type { TarEntry } from '../tar/entry.ts';

const S_IFIFO = 0o010000;
const S_IFCHR = 0o020000;
const S_IFBLK = 0o060000;

/** Bytes of a name that was held as latin1. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** An entry with its place, and with the owner and attributes that it gets here. */
export interface Made {
  readonly path: Buffer;
  readonly entry: TarEntry;
  readonly uid: number;
  readonly gid: number;
  readonly xattrs: readonly Uint8Array[];
}

type Owned = Pick<Extract<Operation, { op: 'make-directory' }>, 'mode' | 'uid' | 'gid' | 'xattrs'>;
type Modified = Pick<Extract<Operation, { op: 'directory-times' }>, 'seconds' | 'nanoseconds'>;

export function ownedOf({ entry, uid, gid, xattrs }: Made): Owned {
  return { mode: entry.mode, uid, gid, xattrs };
}

export function modifiedOf({ seconds, nanoseconds }: Modified): Modified {
  return { seconds, nanoseconds };
}

export function makeDirectory(made: Made): Operation {
  return { op: 'make-directory', path: made.path, ...ownedOf(made) };
}

export function makeSymlink({ path, entry, uid, gid }: Made): Operation {
  const target = bytesOf(entry.target);
  return { op: 'make-symlink', path, target, uid, gid, ...modifiedOf(entry) };
}

const nodeTypes = { character: S_IFCHR, block: S_IFBLK, fifo: S_IFIFO } as const;

export function makeNode({ path, entry, uid, gid }: Made): Operation {
  const { mode, major, minor } = entry;
  const type = nodeTypes[entry.type as keyof typeof nodeTypes];
  return { op: 'make-node', path, type, major, minor, mode, uid, gid, ...modifiedOf(entry) };
}
