import type { WalkEntry } from '@ctrkit/syscalls';
import { newEntry } from './new-entry.ts';

/**
 * Whether an entry of an upper directory hides what the lower layers have by that name.
 * https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories
 */
export function isWhiteout({ type, major, minor }: WalkEntry): boolean {
  return type === 'character' && major === 0 && minor === 0;
}

/** Whether a directory hides what the lower layers have in it. */
export function isOpaque({ type, xattrs }: WalkEntry): boolean {
  return (
    type === 'directory' &&
    ['trusted.overlay.opaque', 'user.overlay.opaque'].some(
      (name) => xattrs.get(name)?.toString('latin1') === 'y',
    )
  );
}

/** An entry that hides what the lower layers have by that name. */
export const whiteoutEntry = (path: string): WalkEntry =>
  newEntry({ path: Buffer.from(path, 'latin1'), type: 'character', mode: 0, modified: 0n });

/** The same directory, hiding what the lower layers have in it. */
export const opaqueEntry = (directory: WalkEntry): WalkEntry => ({
  ...directory,
  xattrs: new Map([...directory.xattrs, ['trusted.overlay.opaque', Buffer.from('y')]]),
});
