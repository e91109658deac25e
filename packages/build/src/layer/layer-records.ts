import { comparePaths, newEntry } from '@ctrkit/rootfs';
import type { WalkEntry, WalkRecord } from '@ctrkit/syscalls';
import { BuildError } from '../build-error.ts';
import type { Owner } from './owner.ts';
import { parentsOf } from './placed-entry.ts';
import type { PlacedEntry } from './placed-entry.ts';
import type { LookUp, RootEntries } from './root-entries.ts';

const PARENT_MODE = 0o755;

const shown = (path: string): string => `/${Buffer.from(path, 'latin1').toString()}`;
const conflict = (message: string): BuildError => new BuildError('DESTINATION_INVALID', message);

/** What is later takes the place of what is earlier, but for directories that are there and stay as they are. */
function byPath(placed: readonly PlacedEntry[]): Map<string, PlacedEntry> {
  const found = new Map<string, PlacedEntry>();
  for (const one of placed) {
    const before = found.get(one.path);
    if (before !== undefined) checkReplacement(one, before.entry);
    if (before === undefined || !one.yields) found.set(one.path, one);
  }
  return found;
}

// In docker's words.
function checkReplacement({ path, entry }: PlacedEntry, before: WalkEntry): void {
  if (entry.type === 'directory' && before.type !== 'directory') {
    throw conflict(`cannot copy to non-directory: ${shown(path)}`);
  }
  if (entry.type !== 'directory' && before.type === 'directory') {
    throw conflict(`cannot replace to directory ${shown(path)} with file`);
  }
}

function parentEntry(
  path: string,
  existing: RootEntries,
  { owner, modified }: { readonly owner: Owner; readonly modified: bigint },
): WalkEntry {
  const there = existing.get(path);
  if (there === undefined) {
    return newEntry({ path: Buffer.from(path, 'latin1'), type: 'directory', mode: PARENT_MODE, ...owner, modified }); // prettier-ignore
  }
  if (there.type === 'directory') return there;
  throw conflict(`cannot copy to non-directory: ${shown(path)}`);
}

/**
 * The records of a layer that has these entries on top of a root, each directory before what is in it; parents are as the root has
 * them, or new. Throws DESTINATION_INVALID where a directory meets what is none, or the other way round.
 */
export async function* layerRecords(
  placed: readonly PlacedEntry[],
  lookUp: LookUp,
  owner: Owner,
): AsyncGenerator<WalkRecord> {
  const own = byPath(placed.filter(({ path }) => path !== ''));
  const parents = new Set([...own.keys()].flatMap(parentsOf).filter((path) => !own.has(path)));
  const existing = await lookUp([...parents, ...own.keys()]);
  // Of when they were made nothing depends on the clock: the same files are the same layer.
  const times = placed.map(({ entry }) => entry.modified);
  const modified = times.reduce((newest, time) => (time > newest ? time : newest), 0n);
  const seen = new Set<string>();
  for (const path of [...own.keys(), ...parents].toSorted(comparePaths)) {
    const one = own.get(path);
    const there = existing.get(path);
    if (one !== undefined && there !== undefined) checkReplacement(one, there);
    if (one === undefined) yield parentEntry(path, existing, { owner, modified });
    else if (one.yields && there !== undefined) yield there;
    else yield* recordsOf(one, seen);
  }
}

// Of a file with several names the contents follow the first.
function isFirstName({ type, links, device, inode }: WalkEntry, seen: Set<string>): boolean {
  if (type !== 'file' || links < 2) return true;
  const file = `${device}:${inode}`;
  if (seen.has(file)) return false;
  seen.add(file);
  return true;
}

async function* recordsOf(
  { path, entry, contents }: PlacedEntry,
  seen: Set<string>,
): AsyncGenerator<WalkRecord> {
  yield { ...entry, path: Buffer.from(path, 'latin1') };
  const isRead = entry.type === 'file' && isFirstName(entry, seen);
  if (isRead && contents !== undefined) yield* contents();
}
