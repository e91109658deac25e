import type { Sparse } from './sparse.ts';

export type TarEntryType =
  'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/** One entry of an archive. Names are bytes, held as latin1 strings, as they stand in the archive. */
export interface TarEntry {
  readonly type: TarEntryType;
  readonly path: string;
  /** Where a link leads. */
  readonly target: string;
  /** At most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The file's length in bytes, holes included. */
  readonly size: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: ReadonlyMap<string, Buffer>;
  /** How many bytes of contents are stored in the archive. */
  readonly stored: number;
  /** Which parts of a file with holes these are. */
  readonly sparse?: Sparse;
}

export const entryTypes: ReadonlyMap<string, TarEntryType> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['S', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['3', 'character'],
  ['4', 'block'],
  ['5', 'directory'],
  ['6', 'fifo'],
]);
