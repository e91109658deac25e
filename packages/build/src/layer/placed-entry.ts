import type { WalkData, WalkEntry } from '@ctrkit/syscalls';

/** An entry where it is going to be. */
export interface PlacedEntry {
  /** Relative to the root, as latin1; empty for the root itself. */
  readonly path: string;
  /** With its attributes as they are going to be. */
  readonly entry: WalkEntry;
  /** Of a regular file. */
  readonly contents?: () => AsyncIterable<WalkData>;
  /** A directory that stays as it is where there is one: the destination itself. */
  readonly yields: boolean;
}

export const joinPath = (directory: string, name: string): string =>
  directory === '' ? name : name === '' || name === '.' ? directory : `${directory}/${name}`;

/** Everything above a path but the root, the highest first. */
export function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
