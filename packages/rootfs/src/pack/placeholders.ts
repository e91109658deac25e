import type { WalkEntry } from '@ctrkit/syscalls';
import { parentOf } from './paths.ts';

/**
 * What of an upper directory was only made so that something could be mounted on it: new, empty, at such a place; and
 * new directories that have nothing else in them. Paths are relative, as latin1.
 */
export function placeholdersIn(
  upper: ReadonlyMap<string, WalkEntry>,
  lower: ReadonlyMap<string, unknown>,
  mountPoints: readonly string[],
): Set<string> {
  const places = new Set(mountPoints.map((path) => Buffer.from(path).toString('latin1').slice(1)));
  const above = new Set([...places].map(parentOf));
  const kept = new Set<string>();
  const found = new Set<string>();
  // What is in a directory comes after it.
  for (const [path, { type, size }] of [...upper].toReversed()) {
    const isEmpty = type === 'directory' ? !kept.has(path) : type === 'file' && size === 0;
    const isPlace = places.has(path) || (type === 'directory' && above.has(path));
    if (isPlace && isEmpty && !lower.has(path)) {
      found.add(path);
      above.add(parentOf(path));
    } else kept.add(parentOf(path));
  }
  return found;
}
