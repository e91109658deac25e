import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { walkTree } from '@ctrkit/syscalls';
import type { OnEvent } from '../events.ts';
import { explain } from '../layer/plan-stream.ts';
import type { Tree } from '../tree.ts';
import { zeroBytes } from '../zero-bytes.ts';
import { isWhiteout } from './overlay-marks.ts';
import { ancestorsOf, parentOf } from './paths.ts';
import { isSameEntry } from './same-entry.ts';
import { UnwritableEntries } from './unwritable-entries.ts';
import { keyOf, treeEntries } from './upper-entries.ts';
import type { Entries } from './upper-entries.ts';

export interface DifferenceOptions {
  /** @default nothing is there */
  readonly lower: Tree | undefined;
  readonly upper: Tree;
  readonly onEvent?: OnEvent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What makes one tree of another. Paths are relative, as latin1. */
export interface Difference {
  /** What a layer has to describe: what is new or other, and the directories on the way there; `.` is the root. */
  readonly written: ReadonlySet<string>;
  /** What is gone, of a directory only itself. */
  readonly removed: ReadonlySet<string>;
  /** The entries of the lower and of the upper tree that a layer can hold. */
  readonly before: Entries;
  readonly after: Entries;
}

/**
 * Compares two trees entry by entry: kinds, owners, modes, times, targets, extended attributes that a layer keeps, which names are one
 * file, and every byte of what is equal in all that. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function findDifference(options: DifferenceOptions): Promise<Difference> {
  const { lower, upper, signal, onEvent } = options;
  const before = writableOf(lower ? await treeEntries(lower, [{}], signal) : new Map());
  const after = writableOf(await treeEntries(upper, [{}], signal), onEvent);
  const changed = changedPaths(before, after);
  const equal = [...after].filter(([path, { size }]) => !changed.has(path) && size > 0);
  const doubtful = equal.filter(([, { type }]) => type === 'file').map(([, { path }]) => path);
  const hashes = await contentsOf(lower, doubtful, signal);
  for (const [path, hash] of await contentsOf(upper, doubtful, signal)) {
    if (hashes.get(path) !== hash) changed.add(path);
  }
  const removed = new Set([...before.keys()].filter((path) => isRemoved(path, after)));
  const above = [...changed, ...removed].flatMap(ancestorsOf);
  return { written: new Set([...changed, ...above]), removed, before, after };
}

// What no layer can hold is as good as absent.
function writableOf(entries: Entries, onEvent: OnEvent = () => {}): Entries {
  const unwritable = new UnwritableEntries();
  const writable: Entries = new Map();
  for (const [path, entry] of entries) {
    const what = isWhiteout(entry) ? 'device' : unwritable.take(path, entry.type);
    if (what === undefined) writable.set(path, entry);
    else onEvent({ type: 'dropped', path, what });
  }
  return writable;
}

function changedPaths(before: Entries, after: Entries): Set<string> {
  const other = [...after].filter(([path, entry]) => {
    const old = before.get(path);
    return old === undefined || !isSameEntry(entry, old);
  });
  const changed = new Set(other.map(([path]) => path));
  const [old, young] = [namesOfFiles(before), namesOfFiles(after)];
  const stays = (name: string): boolean => after.has(name) && !changed.has(name);
  const relinked = [...after.keys()].filter((path) =>
    areLinkedOtherwise(old.get(path) ?? new Set([path]), young.get(path) ?? new Set([path]), stays),
  );
  return new Set([...changed, ...relinked]);
}

// A name that is gone, or another file by now, leaves the others as they are.
function areLinkedOtherwise(
  had: ReadonlySet<string>,
  has: ReadonlySet<string>,
  stays: (name: string) => boolean,
): boolean {
  if (had.size === 1 && has.size === 1) return false;
  return (
    [...has].some((name) => !had.has(name)) ||
    [...had].some((name) => !has.has(name) && stays(name))
  );
}

/** Of each path whose file has several: all of them. */
function namesOfFiles(entries: Entries): ReadonlyMap<string, ReadonlySet<string>> {
  const files = new Map<string, Set<string>>();
  for (const [path, { type, links, device, inode }] of entries) {
    if (type === 'directory' || links < 2) continue;
    const file = `${device}:${inode}`;
    files.set(file, (files.get(file) ?? new Set()).add(path));
  }
  const several = [...files.values()].filter((names) => names.size > 1);
  return new Map(several.flatMap((names) => [...names].map((name) => [name, names] as const)));
}

function isRemoved(path: string, after: Entries): boolean {
  const parent = parentOf(path);
  return !after.has(path) && after.get(parent === '' ? '.' : parent)?.type === 'directory';
}

/** The hash of each of these files. */
async function contentsOf(
  tree: Tree | undefined,
  paths: readonly Buffer[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const hashes = new Map<string, Hash>();
  if (paths.length === 0 || tree === undefined) return new Map();
  const selections = paths.map((path) => ({ path, depth: 0, contents: Number.MAX_SAFE_INTEGER }));
  let [hash, at, size] = [createHash('sha256'), 0, 0];
  // Where a file system begins a hole, also the last one, says nothing of the contents.
  const zerosTo = (end: number): void => {
    for (const zeros of zeroBytes(end - at)) hash.update(zeros);
  };
  try {
    for await (const record of walkTree(tree, selections, signal === undefined ? {} : { signal })) {
      if (record.kind === 'entry') {
        zerosTo(size);
        [hash, at, size] = [createHash('sha256'), 0, record.size];
        hashes.set(keyOf(record), hash);
      } else {
        zerosTo(record.offset);
        hash.update(record.content);
        at = record.offset + record.content.length;
      }
    }
  } catch (error) {
    throw explain(error);
  }
  zerosTo(size);
  return new Map([...hashes].map(([path, each]) => [path, each.digest('hex')]));
}
