import type { WalkData } from '@ctrkit/syscalls';
import type { WrittenEntry } from '../tar/write-header.ts';

/** An entry that is copied: its path is relative, as latin1; of a hard link `target` is another one of these paths. */
export type CopiedEntry = WrittenEntry & { readonly kind: 'entry' };

/** What is copied, wherever it comes from and goes: entries, parents first, each followed by its contents. */
export type CopyRecord = CopiedEntry | WalkData;
