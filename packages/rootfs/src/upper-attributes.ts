import type { WalkEntry } from '@ctrkit/syscalls';

// What the host puts on every file by itself, and what overlayfs notes for itself.
const othersOwn = /^(?:trusted\.overlay\.|user\.overlay\.|security\.(?!capability$))/;

/** The extended attributes of an entry that are its own, as a plan has them: name, value, name, value, … */
export function ownAttributes({ xattrs }: WalkEntry): Buffer[] {
  return [...xattrs]
    .filter(([name]) => !othersOwn.test(name))
    .flatMap(([name, value]) => [Buffer.from(name, 'latin1'), value]);
}
