import type { WalkRecord } from '@ctrkit/syscalls';
import type { Match, Selection } from '../context/source.ts';

/** What a match of one file becomes. */
export const FILE = 'file';

/** What was selected, for a directory of its own: a directory's contents, or the one file as `file`. */
export async function* matchRecords(
  selection: Selection,
  { entries, isDirectory }: Match,
): AsyncGenerator<WalkRecord> {
  for (const selected of entries) {
    const { entry } = selected;
    yield isDirectory ? entry : { ...entry, path: Buffer.from(FILE) };
    if (entry.type === 'file') yield* selection.contents(selected);
  }
}
