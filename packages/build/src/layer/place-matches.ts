import type { Match, Selection } from '../context/source.ts';
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

/** Where what was selected goes, or some of it. https://docs.docker.com/reference/dockerfile/#copy */
export function placeMatches(
  selection: Selection,
  matches: readonly Match[],
  options: PlacingOptions,
): PlacedEntry[] {
  const { owner, changeMode, parents } = options;
  return matches.flatMap((match) =>
    match.entries.map((selected): PlacedEntry => {
      const { entry } = selected;
      const path = entry.path.toString('latin1');
      const isDirectory = entry.type === 'directory';
      // Of links Linux knows no permissions.
      const mode = entry.type === 'symlink' ? undefined : changeMode?.({ mode: entry.mode, isDirectory }); // prettier-ignore
      return {
        path: targetOf(match, path, options),
        entry: { ...entry, ...owner, ...(mode !== undefined && { mode }) },
        contents: () => selection.contents(selected),
        yields: isDirectory && !parents && path === '.',
      };
    }),
  );
}
