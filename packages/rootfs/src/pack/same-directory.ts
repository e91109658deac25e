import type { WalkEntry } from '@ctrkit/syscalls';
import { isOpaque } from './overlay-marks.ts';

/** Whether a directory of an upper directory is what the lower layers have there, but for the time of its last change. */
export function isSameDirectory(one: WalkEntry, other: WalkEntry): boolean {
  return (
    one.type === 'directory' &&
    other.type === 'directory' &&
    one.mode === other.mode &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    !isOpaque(one)
  );
}
