import { formatBytes } from '@ctrkit/cli-kit';
import type { Column } from '@ctrkit/cli-kit';
import type { RemoveResult } from '../remove.ts';

/** What was removed, in a table. */
export const removalColumns: readonly Column<RemoveResult>[] = [
  { header: 'UNTAGGED', value: ({ untagged }) => untagged.join(', ') },
  { header: 'BLOBS DELETED', value: ({ deleted }) => String(deleted.length) },
  { header: 'RECLAIMED', value: ({ reclaimed }) => formatBytes(reclaimed) },
];
