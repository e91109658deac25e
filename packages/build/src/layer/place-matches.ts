import { newEntry } from '@ctrkit/rootfs';
import type { WalkEntry } from '@ctrkit/syscalls';
import type { Match, Selection } from '../context/source.ts';
import { rootOwner } from './owner.ts';
import type { Owner } from './owner.ts';
import { joinPath } from './placed-entry.ts';
import type { PlacedEntry } from './placed-entry.ts';

export interface PlacingOptions {
  /** Where it goes: relative to the root, links resolved. */
  readonly destination: string;
  /** Whether a file goes into the destination, rather than in its place. */
  readonly isDirectory: boolean;
  /** Whether paths are kept (COPY --parents). */
  readonly parents: boolean;
  /** @default as they are */
  readonly owner: Owner | undefined;
  readonly changeMode: ((subject: { mode: number; isDirectory: boolean }) => number) | undefined;
}

function targetOf(match: Match, path: string, options: PlacingOptions): string {
  const { destination, isDirectory, parents } = options;
  if (parents || match.isDirectory) return joinPath(destination, path);
  return isDirectory ? joinPath(destination, match.name.toString('latin1')) : destination;
}

// As docker has it, the directory that the contents of another go into is a new one: it has nothing of that one's.
const DESTINATION_MODE = 0o755;

function destinationEntry({ path, modified }: WalkEntry): WalkEntry {
  return newEntry({ path, type: 'directory', mode: DESTINATION_MODE, ...rootOwner, modified });
}

/** Where what was selected goes, or some of it. https://docs.docker.com/reference/dockerfile/#copy */
export function placeMatches(
  selection: Selection,
  matches: readonly Match[],
  options: PlacingOptions,
): PlacedEntry[] {
  const { owner, changeMode, parents } = options;
  return matches.flatMap((match) =>
    match.entries.map((selected): PlacedEntry => {
      const path = selected.entry.path.toString('latin1');
      const isDirectory = selected.entry.type === 'directory';
      const isDestination = isDirectory && !parents && path === '.';
      const entry = isDestination ? destinationEntry(selected.entry) : selected.entry;
      // Of links Linux knows no permissions.
      const mode = entry.type === 'symlink' ? undefined : changeMode?.({ mode: entry.mode, isDirectory }); // prettier-ignore
      return {
        path: targetOf(match, path, options),
        entry: { ...entry, ...owner, ...(mode !== undefined && { mode }) },
        contents: () => selection.contents(selected),
        yields: isDestination,
      };
    }),
  );
}
