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
}

/**
 * Compares two trees entry by entry: kinds, owners, modes, times, targets, extended attributes that a layer keeps, which names are one
 * file, and every byte of what is equal in all that. Throws UNPACK_FAILED, NO_USER_NAMESPACES, the reason of `signal`.
 */
export async function findDifference(options: DifferenceOptions): Promise<Difference> {
  const { lower, upper, signal, onEvent } = options;
  const before = writableOf(lower ? await treeEntries(lower, [{}], signal) : new Map());
  const after = writableOf(await treeEntries(upper, [{}], signal), onEvent);
  const changed = new Set(changedPaths(before, after));
  const equal = [...after].filter(([path, { size }]) => !changed.has(path) && size > 0);
  const doubtful = equal.filter(([, { type }]) => type === 'file').map(([, { path }]) => path);
  const hashes = await contentsOf(lower, doubtful, signal);
  for (const [path, hash] of await contentsOf(upper, doubtful, signal)) {
    if (hashes.get(path) !== hash) changed.add(path);
  }
  const removed = new Set([...before.keys()].filter((path) => isRemoved(path, after)));
  const above = [...changed, ...removed].flatMap(ancestorsOf);
  return { written: new Set([...changed, ...above]), removed };
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

function* changedPaths(before: Entries, after: Entries): Generator<string> {
  const [old, young] = [namesOfFiles(before), namesOfFiles(after)];
  for (const [path, entry] of after) {
    const other = before.get(path);
    const isSame = other !== undefined && isSameEntry(entry, other);
    if (!isSame || old.get(path) !== young.get(path)) yield path;
  }
}

/** Of each path whose file has several: all of them, as one text. */
function namesOfFiles(entries: Entries): ReadonlyMap<string, string> {
  const files = new Map<string, string[]>();
  for (const [path, { type, links, device, inode }] of entries) {
    if (type === 'directory' || links < 2) continue;
    const file = `${device}:${inode}`;
    files.set(file, [...(files.get(file) ?? []), path]);
  }
  const several = [...files.values()].filter((names) => names.length > 1);
  return new Map(
    several.flatMap((names) => names.map((name) => [name, names.join('\0')] as const)),
  );
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
  let [hash, at] = [createHash('sha256'), 0];
  try {
    for await (const record of walkTree(tree, selections, signal === undefined ? {} : { signal })) {
      if (record.kind === 'entry') {
        [hash, at] = [createHash('sha256'), 0];
        hashes.set(keyOf(record), hash);
      } else {
        // Where a file system begins a hole says nothing of the contents.
        for (const zeros of zeroBytes(record.offset - at)) hash.update(zeros);
        hash.update(record.content);
        at = record.offset + record.content.length;
      }
    }
  } catch (error) {
    throw explain(error);
  }
  return new Map([...hashes].map(([path, each]) => [path, each.digest('hex')]));
}
