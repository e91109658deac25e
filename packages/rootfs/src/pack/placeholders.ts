import type { WalkEntry } from '@ctrkit/syscalls';
import { parentOf } from './paths.ts';
import { isSameDirectory } from './same-directory.ts';

/**
 * What of an upper directory is there only because something was mounted on it or in it: what is new, empty and at such a
 * place; directories that are new, or as they were, and have nothing else in them. Paths are relative, as latin1.
 */
export function placeholdersIn(
  upper: ReadonlyMap<string, WalkEntry>,
  lower: ReadonlyMap<string, WalkEntry>,
  mountPoints: readonly string[],
): Set<string> {
  const places = new Set(mountPoints.map((path) => Buffer.from(path).toString('latin1').slice(1)));
  const above = new Set([...places].map(parentOf));
  const kept = new Set<string>();
  const found = new Set<string>();
  // What is in a directory comes after it.
  for (const [path, entry] of [...upper].toReversed()) {
    const { type, size } = entry;
    const isEmpty = type === 'directory' ? !kept.has(path) : type === 'file' && size === 0;
    const isPlace = places.has(path) || (type === 'directory' && above.has(path));
    const before = lower.get(path);
    const isNothing = before === undefined || (above.has(path) && isSameDirectory(entry, before));
    if (isPlace && isEmpty && isNothing) {
      found.add(path);
      above.add(parentOf(path));
    } else kept.add(parentOf(path));
  }
  return found;
}
