import type { Operation, WalkEntry } from '@ctrkit/syscalls';
import { isKeptAttribute } from '../layer/kept-attribute.ts';
import type { Privilege } from '../privilege.ts';
import { isOpaque, isWhiteout } from './overlay-marks.ts';
import type { Entries } from './upper-entries.ts';
import { timeOf } from './written-entries.ts';

export interface UpperAsLayerOptions {
  /** Paths that are to be no part of the layer; of a directory with all below it. */
  readonly leftOut: ReadonlySet<string>;
  /** The time of every entry, in nanoseconds since 1970. @default when each was changed */
  readonly modified?: bigint | undefined;
  readonly privilege: Privilege;
}

// Of the others only the host has a say: what it would put on a file that is unpacked is on this one already.
const removable = /^(?:user\.|trusted\.|system\.posix_acl_|security\.capability$)/;

function attributesToRemove(entry: WalkEntry, { opaqueAttribute }: Privilege): string[] {
  const { type, xattrs } = entry;
  if (type === 'file' || type === 'directory') {
    const isMark = (name: string): boolean => isOpaque(entry) && name === opaqueAttribute;
    return [...xattrs.keys()].filter(
      (name) => removable.test(name) && !isKeptAttribute(name, type) && !isMark(name),
    );
  }
  // Of others a walk reads none, and what overlayfs notes of where a copy is from is all that there can be.
  return opaqueAttribute.startsWith('trusted.') ? ['trusted.overlay.origin'] : [];
}

function* entryOperations(
  entry: WalkEntry,
  { privilege, modified }: UpperAsLayerOptions,
): Generator<Operation> {
  const { path, type } = entry;
  const names = attributesToRemove(entry, privilege);
  if (names.length > 0) yield { op: 'remove-attributes', path, names };
  if (isOpaque(entry)) yield { op: 'mark-opaque', path, attribute: privilege.opaqueAttribute };
  if (modified !== undefined && type !== 'directory') {
    yield { op: 'set-modified', path, ...timeOf({ modified }) };
  }
}

/**
 * What makes an overlay's upper directory what unpacking its layer would have made: without what the layer leaves out, without
 * overlayfs's own notes, with the root and the times of directories that it would get.
 */
export function* upperAsLayer(upper: Entries, options: UpperAsLayerOptions): Generator<Operation> {
  const { leftOut, modified } = options;
  const kept = [...upper].filter(([path]) => !leftOut.has(path)).map(([, entry]) => entry);
  for (const path of leftOut) yield { op: 'remove', path: Buffer.from(path, 'latin1') };
  for (const entry of kept) if (!isWhiteout(entry)) yield* entryOperations(entry, options);
  for (const { path, type, modified: own } of kept) {
    const time = timeOf({ modified: modified ?? own });
    if (type === 'directory') yield { op: 'directory-times', path, ...time };
  }
  // An archive of changes says nothing of the root.
  yield { op: 'make-directory', path: '.', mode: 0o755, uid: 0, gid: 0, xattrs: [] };
  yield { op: 'directory-times', path: '.', seconds: 0, nanoseconds: 0 };
}
