import type { WalkEntry } from '@ctrkit/syscalls';
import { isOpaque, isWhiteout } from './overlay-marks.ts';
import { ancestorsOf, comparePaths, parentOf } from './paths.ts';
import { placeholdersIn } from './placeholders.ts';
import { lowerEntries, upperEntries } from './upper-entries.ts';
import type { ChangesOptions } from './upper-entries.ts';

/** What became of an entry of the lower layers, or that it is new. */
export interface Change {
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Absolute, as bytes: names need not be UTF-8. */
  readonly path: Buffer;
}

// What is copied up because something in it changes is the same as before.
function isSameDirectory(one: WalkEntry, other: WalkEntry, holdsPlaceholder: boolean): boolean {
  return (
    one.type === 'directory' &&
    other.type === 'directory' &&
    one.mode === other.mode &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    (one.modified === other.modified || holdsPlaceholder) &&
    !isOpaque(one)
  );
}

function kindOf(
  entry: WalkEntry,
  before: WalkEntry | undefined,
  holdsPlaceholder: boolean,
): Change['kind'] | undefined {
  if (isWhiteout(entry)) return before === undefined ? undefined : 'deleted';
  if (before === undefined) return 'added';
  return isSameDirectory(entry, before, holdsPlaceholder) ? undefined : 'modified';
}

/**
 * What a container changed of its image, sorted: docker's A, C and D. A directory has changed where something in it has. What an opaque
 * directory hides is deleted. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function findChanges(options: ChangesOptions): Promise<Change[]> {
  const upper = await upperEntries(options);
  const lower = await lowerEntries(upper, options);
  const placeholders = placeholdersIn(upper, lower, options.mountPoints ?? []);
  const holders = new Set([...placeholders].map(parentOf));
  const kinds = new Map<string, Change['kind']>();
  for (const [path, entry] of upper) {
    if (placeholders.has(path)) continue;
    const kind = kindOf(entry, lower.get(path), holders.has(path));
    if (kind !== undefined) kinds.set(path, kind);
  }
  for (const path of lower.keys()) if (!upper.has(path)) kinds.set(path, 'deleted');
  for (const path of [...kinds.keys()].flatMap(ancestorsOf)) {
    if (!kinds.has(path)) kinds.set(path, 'modified');
  }
  return [...kinds]
    .toSorted(([a], [b]) => comparePaths(a, b))
    .map(([path, kind]) => ({ kind, path: Buffer.from(`/${path}`, 'latin1') }));
}
