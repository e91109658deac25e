import { TreeWalker } from '../tree-walker.ts';
import type { WalkEntry } from '@ctrkit/syscalls';
import { copiedChanges } from './copied-changes.ts';
import { isWhiteout } from './overlay-marks.ts';
import { ancestorsOf, comparePaths } from './paths.ts';
import { placeholdersIn } from './placeholders.ts';
import { isSameDirectory } from './same-directory.ts';
import { lowerEntries, upperEntries } from './upper-entries.ts';
import type { ChangesOptions } from './upper-entries.ts';

/** What became of an entry of the lower layers, or that it is new. */
export interface Change {
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Absolute, as bytes: names need not be UTF-8. */
  readonly path: Buffer;
}

function kindOf(entry: WalkEntry, before: WalkEntry | undefined): Change['kind'] | undefined {
  if (isWhiteout(entry)) return before === undefined ? undefined : 'deleted';
  if (before === undefined) return 'added';
  // What is copied up because something in it changes is the same as before.
  const isSame = isSameDirectory(entry, before) && entry.modified === before.modified;
  return isSame ? undefined : 'modified';
}

/**
 * What a container changed of its image, sorted: docker's A, C and D. A directory has changed where something in it has. What an opaque
 * directory hides is deleted. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function findChanges(given: ChangesOptions): Promise<Change[]> {
  if (given.copied === true) return await changesOfCopy(given);
  await using walker = new TreeWalker(given.signal);
  const options = { ...given, walker };
  const upper = await upperEntries(options);
  const lower = await lowerEntries(upper, options);
  const placeholders = placeholdersIn(upper, lower, options.mountPoints ?? []);
  const kinds = new Map<string, Change['kind']>();
  for (const [path, entry] of upper) {
    if (placeholders.has(path)) continue;
    const kind = kindOf(entry, lower.get(path));
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

async function changesOfCopy(options: ChangesOptions): Promise<Change[]> {
  const { names, before } = await copiedChanges(options);
  return names.map(({ path, isGone }) => ({
    kind: isGone ? 'deleted' : before.has(path) ? 'modified' : 'added',
    path: Buffer.from(`/${path}`, 'latin1'),
  }));
}
