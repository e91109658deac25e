import type { WalkEntry } from '@ctrkit/syscalls';
import { isOpaque, opaqueEntry, whiteoutEntry } from './overlay-marks.ts';
import { parentOf } from './paths.ts';

type Entries = Map<string, WalkEntry>;

/**
 * Several upper directories (the lowest first) as one: what is `seen` of their paths through the overlay of all, with a whiteout for what is not,
 * and the marks of opaque directories, which nobody sees through an overlay. A directory hides what is below all of them where it is
 * opaque in one, and where one of them has there a whiteout, or a file.
 */
export function mergedEntries(
  paths: readonly string[],
  uppers: readonly Entries[],
  seen: Entries,
): Entries {
  const merged: Entries = new Map();
  const isDirectory = (path: string): boolean =>
    path === '' || seen.get(path)?.type === 'directory';
  const hides = (path: string): boolean =>
    uppers.some((entries) => {
      const entry = entries.get(path);
      return entry !== undefined && (entry.type !== 'directory' || isOpaque(entry));
    });
  for (const path of paths) {
    const entry = seen.get(path);
    if (entry !== undefined) {
      const opaque = entry.type === 'directory' && hides(path);
      merged.set(path, opaque ? opaqueEntry(entry) : entry);
    } else if (isDirectory(parentOf(path))) merged.set(path, whiteoutEntry(path));
  }
  return merged;
}
