import type { Digest } from '@ctrkit/oci';
import type { WalkEntry } from '@ctrkit/syscalls';
import type { Verdict } from '../ignore/ignore-rules.ts';

/** A place in a tree, as far as it was looked at. Names are bytes, held as latin1. */
export interface Node {
  /** Its own name; empty for the root. */
  readonly name: string;
  /** From the root, `.` for the root itself. */
  readonly path: string;
  readonly parent: Node | undefined;
  readonly verdict: Verdict;
  /** Its owners as they are copied; its attributes only once `details` are there. */
  entry: WalkEntry;
  /** Of a directory that was listed, in the order of their names' bytes. */
  children: readonly Node[] | undefined;
  /** What only opening it tells. */
  details: Details | undefined;
}

export interface Details {
  /** Of a regular file. */
  readonly digest: Digest | undefined;
  readonly xattrs: WalkEntry['xattrs'];
}

/** A name as people write it, in patterns. */
export function textOf(bytes: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

/** A path that people wrote, as names are held here. */
export function bytesOf(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

export const isDirectory = ({ entry }: Node): boolean => entry.type === 'directory';

/** What tells whether something is still as it was: nobody can change it and keep all of this. */
export function stampOf({ device, inode, size, modified, changed }: WalkEntry): string {
  const times = `${modified.toString(16)}:${changed.toString(16)}`;
  return `${device.toString(16)}:${inode.toString(16)}:${size}:${times}`;
}
