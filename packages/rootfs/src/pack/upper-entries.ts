import type { WalkEntry, WalkSelection } from '@ctrkit/syscalls';
import { explain } from '../layer/plan-stream.ts';
import { directoryTree, layersTree } from '../tree.ts';
import type { Tree } from '../tree.ts';
import { TreeWalker } from '../tree-walker.ts';
import { mergedEntries } from './merged-entries.ts';
import { isOpaque } from './overlay-marks.ts';
import { comparePaths } from './paths.ts';

export interface ChangesOptions {
  /** An overlay's upper directory; where it is `copied`, all files of the container. */
  readonly upper: string;
  /** The container's files are a copy of what the layers have. @default false: what it changed is in an overlay's upper directory */
  readonly copied?: boolean | undefined;
  /** The layers below, the lowest first. */
  readonly lowers: readonly string[];
  /**
   * Layers between those and `upper`, the lowest first, that are part of what has changed: see `shareUpper`.
   * @default none
   */
  readonly shared?: readonly string[] | undefined;
  /**
   * Absolute paths that something is mounted on: what was made there for it, and is empty, is no change.
   * @default none
   */
  readonly mountPoints?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Who walks these trees. @default one who is there for that */
  readonly walker?: TreeWalker | undefined;
}

/** Entries by their paths, relative, as latin1. */
export type Entries = Map<string, WalkEntry>;

/** Bytes of the files among entries, of each once: as unpacking counts. */
export function bytesOf(entries: Iterable<readonly [string, WalkEntry]>): number {
  const files = new Map<string, number>();
  for (const [, { type, size, device, inode }] of entries) {
    if (type === 'file') files.set(`${device}:${inode}`, size);
  }
  return [...files.values()].reduce((sum, size) => sum + size, 0);
}

/** What an entry goes by. */
export const keyOf = ({ path }: WalkEntry): string => path.toString('latin1');

/** The entries of a tree, in the order of the walk. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`. */
export async function treeEntries(
  tree: Tree,
  selections: readonly WalkSelection[],
  signal: AbortSignal | undefined,
  walker?: TreeWalker,
): Promise<Entries> {
  const entries: Entries = new Map();
  await using own = new TreeWalker(signal);
  try {
    for await (const record of (walker ?? own).walk(tree, selections)) {
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

/** What the lower layers have by the names of what has changed, and in the directories that it hides. */
export function lowerEntries(
  upper: Entries,
  { lowers, signal, walker }: ChangesOptions,
): Promise<Entries> {
  if (lowers.length === 0 || upper.size === 0) return Promise.resolve(new Map());
  const selections = [...upper.values()].map((entry): WalkSelection => ({
    path: entry.path,
    depth: isOpaque(entry) ? 1 : 0,
    xattrs: false,
    optional: true,
  }));
  return withoutRoot(layersTree(lowers), selections, signal, walker);
}

/** What has changed, as one upper directory would have it. Throws as `findChanges`. */
export async function upperEntries(options: ChangesOptions): Promise<Entries> {
  const { upper, shared = [], signal, walker } = options;
  if (shared.length === 0) return await withoutRoot(directoryTree(upper), [{}], signal, walker);
  const all: Entries[] = [];
  for (const directory of [...shared, upper]) {
    all.push(await withoutRoot(directoryTree(directory), [{}], signal, walker));
  }
  const paths = [...new Set(all.flatMap((entries) => [...entries.keys()]))].toSorted(comparePaths);
  const selections = paths.map((path) => ({
    path: Buffer.from(path, 'latin1'),
    depth: 0,
    optional: true,
  }));
  const seen = await treeEntries(changedTree(options), selections, signal, walker);
  return mergedEntries(paths, all, seen);
}

/** The files of a container, as it sees them. */
export const changedTree = ({ lowers, shared = [], upper }: ChangesOptions): Tree =>
  layersTree([...lowers, ...shared, upper]);
