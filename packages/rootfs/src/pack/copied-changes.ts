import type { WalkEntry } from '@ctrkit/syscalls';
import { directoryTree, layersTree } from '../tree.ts';
import { findDifference } from './find-difference.ts';
import { comparePaths } from './paths.ts';
import { placeholdersIn } from './placeholders.ts';
import type { OrderedName } from './records-in-order.ts';
import type { ChangesOptions, Entries } from './upper-entries.ts';

/** What a container changed whose files are a copy of its image's. */
export interface CopiedChanges {
  /** By path, in order: what is new or other, the directories on the way there, and what is gone. */
  readonly names: readonly OrderedName[];
  /** What the image has. */
  readonly before: Entries;
}

// As an overlay would have it.
const whiteout = (entry: WalkEntry): WalkEntry => ({ ...entry, type: 'character' });

/** Compares the copy with what it is of: the same changes as an upper directory would hold. Throws as `findDifference`. */
export async function copiedChanges({
  lowers,
  upper,
  mountPoints = [],
  signal,
}: ChangesOptions): Promise<CopiedChanges> {
  const trees = { lower: layersTree(lowers), upper: directoryTree(upper) };
  const { written, removed, before, after } = await findDifference({ ...trees, signal });
  const paths = [...written, ...removed].filter((path) => path !== '.').toSorted(comparePaths);
  const changed: Entries = new Map();
  for (const path of paths) {
    const entry = after.get(path);
    const gone = before.get(path);
    if (entry !== undefined) changed.set(path, entry);
    else if (gone !== undefined) changed.set(path, whiteout(gone));
  }
  const placeholders = placeholdersIn(changed, before, mountPoints);
  const kept = paths.filter((path) => !placeholders.has(path));
  return { names: kept.map((path) => ({ path, isGone: !after.has(path) })), before };
}
