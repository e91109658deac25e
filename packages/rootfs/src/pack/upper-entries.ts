import { walkTree } from '@ctrkit/syscalls';
import type { WalkEntry, WalkSelection } from '@ctrkit/syscalls';
import { explain } from '../layer/plan-stream.ts';
import { directoryTree, layersTree } from '../tree.ts';
import type { Tree } from '../tree.ts';
import { isOpaque } from './overlay-marks.ts';

export interface ChangesOptions {
  /** An overlay's upper directory. */
  readonly upper: string;
  /** The layers below, the lowest first. */
  readonly lowers: readonly string[];
  /**
   * Absolute paths that something is mounted on: what was made there for it, and is empty, is no change.
   * @default none
   */
  readonly mountPoints?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Entries by their paths, relative, as latin1. */
export type Entries = Map<string, WalkEntry>;

/** What an entry goes by. */
export const keyOf = ({ path }: WalkEntry): string => path.toString('latin1');

/** The entries of a tree, in the order of the walk. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`. */
export async function treeEntries(
  tree: Tree,
  selections: readonly WalkSelection[],
  signal: AbortSignal | undefined,
): Promise<Entries> {
  const entries: Entries = new Map();
  try {
    for await (const record of walkTree(tree, selections, signal === undefined ? {} : { signal })) {
      if (record.kind === 'entry') entries.set(keyOf(record), record);
    }
  } catch (error) {
    throw explain(error);
  }
  return entries;
}

async function withoutRoot(...walked: Parameters<typeof treeEntries>): Promise<Entries> {
  const entries = await treeEntries(...walked);
  entries.delete('.');
  return entries;
}

/** What the lower layers have by the names of the upper directory, and in the directories that it hides. */
export function lowerEntries(upper: Entries, { lowers, signal }: ChangesOptions): Promise<Entries> {
  if (lowers.length === 0 || upper.size === 0) return Promise.resolve(new Map());
  const selections = [...upper.values()].map((entry): WalkSelection => ({
    path: entry.path,
    depth: isOpaque(entry) ? 1 : 0,
    xattrs: false,
    optional: true,
  }));
  return withoutRoot(layersTree(lowers), selections, signal);
}

/** What is in the upper directory. Throws as `findChanges`. */
export const upperEntries = ({ upper, signal }: ChangesOptions): Promise<Entries> =>
  withoutRoot(directoryTree(upper), [{}], signal);
