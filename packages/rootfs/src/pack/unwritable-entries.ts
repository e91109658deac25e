import type { EntryType } from '@ctrkit/syscalls';
import { WHITEOUT } from '../layer/names.ts';

/** Why an entry cannot be in a layer. */
export type Unwritable = 'socket' | 'name';

/** What of a tree a layer cannot hold: sockets, names that would remove another file there, and what is below them. */
export class UnwritableEntries {
  #above = '';

  /** Asked of every entry, in the order of a walk; undefined for what a layer can hold. */
  take(path: string, type: EntryType): Unwritable | undefined {
    if (this.#above !== '' && path.startsWith(this.#above)) return 'name';
    if (type === 'socket') return 'socket';
    if (!path.slice(path.lastIndexOf('/') + 1).startsWith(WHITEOUT)) return undefined;
    this.#above = `${path}/`;
    return 'name';
  }
}
