import type { WalkEntry } from '@ctrkit/syscalls';
import { isKeptAttribute } from '../layer/kept-attribute.ts';

function attributesOf({ type, xattrs }: WalkEntry): string {
  const kept = [...xattrs].filter(([name]) => isKeptAttribute(name, type));
  return kept
    .map(([name, value]) => `${name}=${value.toString('hex')}`)
    .toSorted()
    .join('\0');
}

const sizeOf = ({ type, size }: WalkEntry): number => (type === 'file' ? size : 0);

/** Whether two entries of that name would be the same in a layer, but for contents of the same length. */
export function isSameEntry(one: WalkEntry, other: WalkEntry): boolean {
  return (
    one.type === other.type &&
    one.mode === other.mode &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    one.modified === other.modified &&
    one.major === other.major &&
    one.minor === other.minor &&
    sizeOf(one) === sizeOf(other) &&
    one.target.equals(other.target) &&
    attributesOf(one) === attributesOf(other)
  );
}
